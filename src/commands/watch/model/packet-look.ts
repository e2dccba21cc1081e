import type { Completion } from '../../../core/filter/completion.ts';
import type { PlaceFacts } from '../../../core/net/place-facts.ts';
import type { PacketDetail } from '../../../core/packet/packet-detail.ts';
import type { PacketRow } from '../../../core/record/tables/packet.ts';
import type { StreamRow } from '../../../core/record/tables/stream.ts';
import type { HandshakeTimes } from '../../../core/stats/handshake-times.ts';

/** What is known of addresses, as far as anybody wants it. */
export type AddressLook = Pick<PacketLook, 'placeOf' | 'hostOf'>;

/**
 * The packets that are held, as they were at one moment: those that pass the filter are its lines. Records are made when
 * they are asked for, and are always the same for a number; a packet that went meanwhile has none.
 */
export interface PacketLook {
  /** Packets that came since all were forgotten, that are held, and lines. */
  readonly seen: number;
  /** The number of the oldest packet that is held. */
  readonly first: number;
  readonly held: number;
  readonly count: number;
  /** Whether packets are still being searched for some that pass. */
  readonly isSearching: boolean;
  /** Whether all that are held were looked at: else more of them may pass than `count`. */
  readonly isCounted: boolean;
  /** The packets of it that came until a moment, in milliseconds since 1970. */
  until(moment: number): PacketLook;
  /** Throws Failure 64, with the place, for a display filter that means nothing. */
  check(filter: string): void;
  /** What the word before the cursor of a display filter may become. */
  complete(filter: string, cursor: number): Completion;
  /** Number of the packet of a line. */
  numberAt(index: number): number;
  /** The line of a packet, or of the last one before it; -1 for none. */
  indexOf(number: number): number;
  rows(from: number, to: number): readonly (PacketRow | null)[];
  row(number: number): PacketRow | null;
  detail(number: number): PacketDetail | null;
  /** Milliseconds of the handshake of its TCP connection, so far. */
  handshakeOf(number: number): HandshakeTimes;
  /** Where an address is, as far as that is known without asking anybody. */
  placeOf(address: string): PlaceFacts;
  /** The name of an address where names are wanted and it is known by now; null for none. */
  hostOf(address: string): string | null;
  /** The newest packet of a stream; 0 when none is held. */
  newestOf(stream: StreamRow): number;
}
