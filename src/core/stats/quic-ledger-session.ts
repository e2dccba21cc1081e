import type { QuicPathChange } from '../record/tables/quic-session.ts';
import { startsWith } from '../wire/bytes.ts';
import type { Direction } from '../wire/direction.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import type { HasIds } from './quic-connection-ids.ts';

/** Paths of a connection that have records of their own. */
const MOST_PATHS = 16;
const MOST_VERSIONS = 8;

/** An outer flow of a connection, and what it carried of it. */
export class QuicOuterPath {
  readonly flow: Flow;
  /** The direction in which the client sends. */
  readonly client: Direction;
  readonly change: QuicPathChange;
  clientPackets = 0;
  clientBytes = 0;
  serverPackets = 0;
  serverBytes = 0;
  firstSeconds = Number.NaN;
  firstNanoseconds = 0;
  lastSeconds = Number.NaN;
  lastNanoseconds = 0;

  constructor(flow: Flow, client: Direction, change: QuicPathChange) {
    this.flow = flow;
    this.client = client;
    this.change = change;
  }
}

/** One QUIC connection: its ids, and the flows that carried it. */
export class QuicLedgerSession implements HasIds {
  /** From 0, as they began. */
  readonly number: number;
  /** The id that the client chose for itself, a character a byte. */
  readonly clientId: string;
  readonly ids: readonly [ofClient: string[], ofServer: string[]] = [[], []];
  readonly versions: number[] = [];
  readonly paths: QuicOuterPath[] = [];
  /** Flows beyond those of `paths`; what they carried is in the sums alone. */
  morePaths = 0;
  readonly sum: QuicOuterPath;
  isAnswered = false;
  serverName: string | null = null;

  constructor(number: number, clientId: string, flow: Flow, client: Direction) {
    this.number = number;
    this.clientId = clientId;
    this.sum = new QuicOuterPath(flow, client, 'first');
  }

  /** Whether a packet with a long header, whose ids stand at `to` and `from`, is of this connection. */
  owns(bytes: Uint8Array, to: number, from: number, ofClient: boolean): boolean {
    if (this.hasId(bytes, to, ofClient)) return true;
    return bytes[from]! > 0 && this.hasId(bytes, from, !ofClient);
  }

  /** Whether the id whose length stands at `at` is one by which the server, or the client, is reached. */
  hasId(bytes: Uint8Array, at: number, ofServer: boolean): boolean {
    const length = bytes[at]!;
    for (const id of this.ids[ofServer ? 1 : 0]) {
      if (id.length === length && startsWith(bytes, at + 1, at + 1 + length, id)) return true;
    }
    return false;
  }

  version(number: number): void {
    const { versions } = this;
    // 0 is a Version Negotiation
    if (number !== 0 && versions.at(-1) !== number && versions.length < MOST_VERSIONS) versions.push(number);
  }

  /** Whether one end of a flow is where the last path had it: the other one has moved. */
  shares(flow: Flow, client: Direction): boolean {
    const last = this.paths.at(-1)!;
    return isSameEnd(last.flow, last.client, flow, client) || isSameEnd(last.flow, 1 - last.client, flow, 1 - client);
  }

  /** Its part in a flow; a new one unless the flow is known. */
  pathOf(flow: Flow, client: Direction): QuicOuterPath {
    const known = this.paths.find((one) => one.flow === flow);
    if (known !== undefined) return known;
    const last = this.paths.at(-1);
    const path = new QuicOuterPath(flow, client, last === undefined ? 'first' : changeOf(last, flow, client));
    if (this.paths.length < MOST_PATHS) this.paths.push(path);
    else this.morePaths++;
    return path;
  }

  count({ seconds, nanoseconds, length }: Packet, path: QuicOuterPath, ofClient: boolean): void {
    countFor(this.sum, seconds, nanoseconds, length, ofClient);
    countFor(path, seconds, nanoseconds, length, ofClient);
  }
}

function countFor(path: QuicOuterPath, seconds: number, nanoseconds: number, length: number, ofClient: boolean): void {
  if (ofClient) {
    path.clientPackets++;
    path.clientBytes += length;
  } else {
    path.serverPackets++;
    path.serverBytes += length;
  }
  if (Number.isNaN(seconds)) return;
  // a clock may be set back
  const { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = path;
  if (!(seconds > firstSeconds || (seconds === firstSeconds && nanoseconds >= firstNanoseconds))) {
    path.firstSeconds = seconds;
    path.firstNanoseconds = nanoseconds;
  }
  if (!(seconds < lastSeconds || (seconds === lastSeconds && nanoseconds <= lastNanoseconds))) {
    path.lastSeconds = seconds;
    path.lastNanoseconds = nanoseconds;
  }
}

function changeOf(
  { flow: before, client: clientBefore }: QuicOuterPath,
  flow: Flow,
  client: Direction,
): QuicPathChange {
  if (!isSameEnd(before, 1 - clientBefore, flow, 1 - client)) return 'server';
  return isSameAddress(before, clientBefore, flow, client) ? 'rebinding' : 'migration';
}

/** Ends of flows: 0 is A. */
function isSameEnd(one: Flow, end: number, other: Flow, otherEnd: number): boolean {
  const port = end === 0 ? one.aPort : one.bPort;
  return port === (otherEnd === 0 ? other.aPort : other.bPort) && isSameAddress(one, end, other, otherEnd);
}

function isSameAddress(one: Flow, end: number, other: Flow, otherEnd: number): boolean {
  if (one.ipVersion !== other.ipVersion) return false;
  const [w0, w1, w2, w3] = wordsOf(one, end);
  const [v0, v1, v2, v3] = wordsOf(other, otherEnd);
  return w0 === v0 && w1 === v1 && w2 === v2 && w3 === v3;
}

const wordsOf = ({ a0, a1, a2, a3, b0, b1, b2, b3 }: Flow, end: number): readonly [number, number, number, number] =>
  end === 0 ? [a0, a1, a2, a3] : [b0, b1, b2, b3];
