import { AgedMap } from '../wire/aged-map.ts';
import { quic } from '../wire/app/quic/quic.ts';
import { eachFrame, NEW_CONNECTION_ID } from '../wire/app/quic/quic-frames.ts';
import { openedAt } from '../wire/app/quic/quic-opened.ts';
import { quicVersion } from '../wire/app/quic/quic-version.ts';
import { ByFlow } from '../wire/by-flow.ts';
import { latin1, startsWith, u32 } from '../wire/bytes.ts';
import type { Direction } from '../wire/direction.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { ConnectionIds } from './quic-connection-ids.ts';
import { QuicLedgerSession, type QuicOuterPath } from './quic-ledger-session.ts';

// RFC 9000, 17.2 and 17.3: first byte, version (4), destination id (1 and up to 20), source id (the same).
const LONG = 0x80;
const FIXED = 0x40;
const LONGEST_ID = 20;
const INITIAL = 0;
const UDP = 17;

/** Connections that were answered, and those that were not: floods of the latter do not push out the former. */
const MOST_ANSWERED = 10_000;
const MOST_UNANSWERED = 2000;
/** Connections of one flow that are told apart; the oldest is no longer looked for. */
const MOST_OF_FLOW = 8;
/** Packets of a flow that are looked at for an id of a connection from elsewhere. */
const MOST_LOOKS = 4;

/** The connections that a flow carries, the newest last, and its part in each. */
type Carried = { readonly session: QuicLedgerSession; readonly path: QuicOuterPath }[];

/** QUIC connections of a run, with the flows that carried each. Per packet nothing is allocated, unless it begins something. */
export class QuicLedger {
  private readonly answered = new AgedMap<QuicLedgerSession, QuicLedgerSession>(MOST_ANSWERED);
  private readonly unanswered = new AgedMap<QuicLedgerSession, QuicLedgerSession>(MOST_UNANSWERED);
  private readonly byFlow = new ByFlow<Carried>((flow) => flow.isForgotten);
  private readonly ids = new ConnectionIds<QuicLedgerSession>();
  private begun = 0;
  /** Connections that gave way to others. */
  dropped = 0;

  /** The connection that the datagram is of, counted; null for none. */
  take(packet: Packet): QuicLedgerSession | null {
    const { flow, transport, payloadBytes: bytes, payloadStart: start, payloadEnd: end } = packet;
    if (flow === null || transport !== UDP || end - start < 1) return null;
    const isLong = (bytes[start]! & LONG) !== 0;
    const carried = this.byFlow.get(flow) ?? this.meet(packet, flow, isLong);
    if (carried === null) return null;
    const at = isLong ? this.ofLong(packet, flow, carried) : ofShort(carried, packet);
    if (at === undefined) return null;
    const { session, path } = at;
    session.count(packet, path, packet.direction === path.client);
    if (!session.isAnswered && packet.direction !== path.client) this.answer(session);
    this.learn(packet, session, path);
    return session;
  }

  /** In the order in which they began. */
  sessions(): readonly QuicLedgerSession[] {
    return [...this.unanswered, ...this.answered].map(([session]) => session).sort((a, b) => a.number - b.number);
  }

  /** The first packet of a flow that may be QUIC: one that begins a connection, or goes on with one from elsewhere. */
  private meet(
    { payloadBytes: bytes, payloadStart: start, payloadEnd: end, direction }: Packet,
    flow: Flow,
    isLong: boolean,
  ): Carried | null {
    const isQuic = flow.application === quic;
    if (isLong) return isQuic ? this.open(flow) : null;
    const isCandidate = isQuic || (flow.recognised === null && (bytes[start]! & FIXED) !== 0);
    if (!isCandidate || flow.aPackets + flow.bPackets > MOST_LOOKS) return null;
    const route = this.ids.find(bytes, start, end);
    if (route === null || route.session === null) return null;
    const client: Direction = route.toServer === (direction === 0) ? 0 : 1;
    if (!route.session.shares(flow, client)) return null;
    const carried = this.open(flow);
    carried.push({ session: route.session, path: route.session.pathOf(flow, client) });
    return carried;
  }

  private open(flow: Flow): Carried {
    const carried: Carried = [];
    this.byFlow.set(flow, carried);
    return carried;
  }

  /** By both ids; an Initial packet of none of the connections begins another. */
  private ofLong(packet: Packet, flow: Flow, carried: Carried): Carried[number] | undefined {
    const { payloadBytes: bytes, payloadStart: start, payloadEnd: end, direction } = packet;
    if (end - start < 7) return undefined;
    const number = u32(bytes, start + 1);
    const to = start + 5;
    const from = to + 1 + bytes[to]!;
    if (bytes[to]! > LONGEST_ID || from >= end || bytes[from]! > LONGEST_ID || from + 1 + bytes[from]! > end)
      return undefined;
    for (let index = carried.length - 1; index >= 0; index--) {
      const one = carried[index]!;
      const ofClient = direction === one.path.client;
      if (!one.session.owns(bytes, to, from, ofClient)) continue;
      one.session.version(number);
      if (!one.session.hasId(bytes, from, !ofClient)) this.ids.add(one.session, !ofClient, idAt(bytes, from));
      return one;
    }
    const version = quicVersion(number);
    if (version === null || version.types.indexOf((bytes[start]! >> 4) & 3) !== INITIAL) return undefined;
    return this.begin(packet, flow, carried, idAt(bytes, to), idAt(bytes, from), number);
  }

  private begin(
    { direction }: Packet,
    flow: Flow,
    carried: Carried,
    to: string,
    from: string,
    version: number,
  ): Carried[number] {
    const session = new QuicLedgerSession(this.begun++, from, flow, direction);
    session.version(version);
    this.ids.add(session, true, to);
    this.ids.add(session, false, from);
    const one = { session, path: session.pathOf(flow, direction) };
    carried.push(one);
    if (carried.length > MOST_OF_FLOW) carried.shift();
    this.forget(this.unanswered.add(session, session));
    return one;
  }

  private answer(session: QuicLedgerSession): void {
    session.isAnswered = true;
    // one that has given way stays away
    if (this.unanswered.delete(session)) this.forget(this.answered.add(session, session));
  }

  private forget(session: QuicLedgerSession | undefined): void {
    if (session === undefined) return;
    this.dropped++;
    this.ids.forget(session);
    for (const { flow } of session.paths) {
      const left = (this.byFlow.get(flow) ?? []).filter((one) => one.session !== session);
      if (left.length === 0) this.byFlow.delete(flow);
      else this.byFlow.set(flow, left);
    }
  }

  /** With keys, ids that were told in encrypted packets. */
  private learn(packet: Packet, session: QuicLedgerSession, path: QuicOuterPath): void {
    for (let layer = 0; layer < packet.layerCount; layer++) {
      const opened = packet.layerProtocol[layer] === quic.id ? openedAt(packet, layer) : undefined;
      if (opened === undefined) continue;
      const { plain } = opened;
      eachFrame(plain, ({ type, start, end }) => {
        if (type === NEW_CONNECTION_ID)
          this.ids.add(session, packet.direction !== path.client, latin1(plain, start, end));
      });
    }
  }
}

/** A short header does not tell how long its id is: of several connections, the one whose id it begins with, or else the newest. */
function ofShort(
  carried: Carried,
  { payloadBytes: bytes, payloadStart: start, payloadEnd: end, direction }: Packet,
): Carried[number] | undefined {
  for (let index = carried.length - 1; index >= 0 && carried.length > 1; index--) {
    const one = carried[index]!;
    const ids = one.session.ids[direction === one.path.client ? 1 : 0];
    for (const id of ids) if (id !== '' && startsWith(bytes, start + 1, end, id)) return one;
  }
  return carried.at(-1);
}

/** The id whose length stands at `at`, a character a byte. */
const idAt = (bytes: Uint8Array, at: number): string => latin1(bytes, at + 1, at + 1 + bytes[at]!);
