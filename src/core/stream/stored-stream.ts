import { PacketReplay } from '../packet/packet-replay.ts';
import type { PacketStore } from '../packet/packet-store.ts';
import type { StreamRow } from '../record/tables/stream.ts';
import { HEADER_REGISTRY } from '../wire/all-protocols.ts';
import type { Flow } from '../wire/flow.ts';
import type { Piece } from './reassembly.ts';
import { StreamFollower, TCP, UDP } from './stream-follower.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import { streamRow } from './stream-row.ts';

/** The newest packets of a stream that are followed. */
const MOST_PACKETS = 20_000;
/** Fragments and other packets without a stream that are looked at. */
const MOST_STREAMLESS = 5000;

/** What the two sides of a stream said, as far as its packets are held. */
export interface StoredStream {
  /** Packets and times are those of the whole stream; bytes and gaps those of the packets that are held. */
  readonly row: StreamRow;
  /** In sequence order; each has bytes of its own. */
  readonly pieces: readonly Readonly<Piece>[];
  /** The number of its newest packet that is held. */
  readonly newest: number;
  /** Whether its first packets or pieces are missing here. */
  readonly isCut: boolean;
}

/** The newest packet that is held of a stream; 0 for none. */
export const newestOf = (store: PacketStore, { proto, stream }: StreamRow): number =>
  store.lastOf(proto === 'tcp' ? TCP : UDP, stream);

/** Follows the stream of a packet; null for one without a TCP or UDP stream, and for one that is no longer held. */
export function followStored(store: PacketStore, number: number): StoredStream | null {
  if (!store.holds(number)) return null;
  const transport = store.transportOf(number);
  const stream = store.streamOf(number);
  const flow = store.flowOf(number);
  if (flow === null || stream < 0 || (transport !== TCP && transport !== UDP)) return null;
  const numbers = packetsOf(store, transport, stream);
  const pieces: Piece[] = [];
  let held = 0;
  let isCut = numbers.length < flow.aPackets + flow.bPackets;
  let followed: Flow | null = null;
  const wants = (one: Flow): boolean => {
    if (one.stream !== stream || one.transport !== transport) return false;
    followed = one;
    return true;
  };
  const follower = new StreamFollower(STREAM_LIMITS.mostEarlyBytes, wants, (_flow, piece) => {
    const bytes = piece.bytes.slice(piece.start, piece.end);
    // A is who sent first of the whole stream, also where that packet is no longer held
    pieces.push({ ...piece, bytes, start: 0, end: bytes.length });
    held += bytes.length;
    if (held <= STREAM_LIMITS.mostBytes && pieces.length <= STREAM_LIMITS.mostSegments) return;
    while (held > STREAM_LIMITS.mostBytes * 0.9 || pieces.length > STREAM_LIMITS.mostSegments * 0.9)
      held -= pieces.shift()!.bytes.length;
    isCut = true;
  });
  const replay = new PacketReplay(store, { decrypts: false, secrets: null, owners: null }, HEADER_REGISTRY);
  for (const one of withStreamless(store, numbers)) {
    replay.visit(one);
    follower.ingest(replay.packet);
  }
  follower.end();
  const [a, b] = followed === null ? follower.sidesOf(flow) : follower.sidesOf(followed);
  const isTurned = followed !== null && isOtherWay(followed, flow);
  if (isTurned) for (const piece of pieces) piece.direction = piece.direction === 0 ? 1 : 0;
  return { row: streamRow(flow, isTurned ? [b, a] : [a, b], null, null), pieces, newest: numbers.at(-1)!, isCut };
}

/** Whether A of the one is B of the other. */
const isOtherWay = (one: Flow, other: Flow): boolean =>
  !(
    one.aPort === other.aPort &&
    one.a0 === other.a0 &&
    one.a1 === other.a1 &&
    one.a2 === other.a2 &&
    one.a3 === other.a3
  );

/** In their order. */
function packetsOf(store: PacketStore, transport: number, stream: number): readonly number[] {
  const numbers: number[] = [];
  for (let at = store.lastOf(transport, stream); at > 0 && numbers.length < MOST_PACKETS; at = store.previousOf(at))
    numbers.push(at);
  return numbers.reverse();
}

/** With those that have no stream in between: some may be fragments of its datagrams. */
function withStreamless(store: PacketStore, numbers: readonly number[]): readonly number[] {
  const first = numbers[0] ?? 0;
  const last = numbers.at(-1) ?? 0;
  const more: number[] = [];
  let looked = 0;
  for (let at = store.lastOf(0, -1); at > first - MOST_STREAMLESS && at > 0 && looked < MOST_STREAMLESS; looked++) {
    if (at < last) more.push(at);
    at = store.previousOf(at);
  }
  return more.length === 0 ? numbers : [...numbers, ...more].sort((a, b) => a - b);
}
