import type { PacketRow } from '../record/tables/packet.ts';
import { type PacketDetail, packetDetail } from './packet-detail.ts';
import { PacketReplay, type ReplaySetup } from './packet-replay.ts';
import type { PacketStore } from './packet-store.ts';

/** When no more packets than this are before those that are wanted, all of them are dissected again. */
const WHOLE = 4000;
/** Else so many before each, shared by all that are wanted, */
const NEAR = 2000;
/** and of its stream the first ones, which open it, and the last ones before it; */
const FIRST_OF_STREAM = 16;
const LAST_OF_STREAM = 100;
/** where a packet is then read otherwise than it was at first, as many of its stream as this. */
const MOST_OF_STREAM = 20_000;
/** So many packets at each side of those that are wanted get their records at the same time. */
const BESIDE = 20;
/** Rows and details that are kept for the next look. */
const MOST_ROWS = 2000;
const MOST_DETAILS = 8;

/**
 * Records of packets that are held, made when they are asked for: a packet is dissected again after those that it may need.
 * Records that were made are kept.
 */
export class StoredPackets {
  private readonly store: PacketStore;
  private readonly setup: ReplaySetup;
  private readonly known = new Map<number, PacketRow>();
  private readonly details = new Map<number, PacketDetail>();

  constructor(store: PacketStore, setup: ReplaySetup) {
    this.store = store;
    this.setup = setup;
  }

  /** The records of these packets, in ascending order; null for one that is no longer held. */
  rows(numbers: readonly number[]): readonly (PacketRow | null)[] {
    const missing = numbers.filter((number) => !this.known.has(number) && this.store.holds(number));
    if (missing.length > 0) {
      if (this.known.size > MOST_ROWS) forgetHalf(this.known);
      this.replay(this.withNeighbors(missing), (replay) => {
        replay.see();
        this.known.set(replay.packet.number, replay.rows.row(replay.packet));
      });
    }
    return numbers.map((number) => this.known.get(number) ?? null);
  }

  /** All that is in a packet; null for one that is no longer held. */
  detail(number: number): PacketDetail | null {
    const known = this.details.get(number);
    if (known !== undefined) return known;
    if (!this.store.holds(number)) return null;
    if (this.details.size >= MOST_DETAILS) forgetHalf(this.details);
    this.replay([number], (replay) => {
      replay.see();
      const { packet, rows } = replay;
      this.details.set(number, packetDetail(packet, rows.row(packet), rows.faults));
    });
    return this.details.get(number)!;
  }

  /** Packets beside those that are wanted: what comes before them is dissected anyway, and somebody who scrolls wants them next. */
  private withNeighbors(wanted: readonly number[]): readonly number[] {
    const low = wanted[0]!;
    const high = wanted.at(-1)!;
    if (high - low > NEAR) return wanted;
    const all: number[] = [];
    for (let one = Math.max(this.store.first, low - BESIDE); one <= Math.min(this.store.last, high + BESIDE); one++)
      if (!this.known.has(one)) all.push(one);
    return all;
  }

  /** Shows `take` each of these packets, dissected after those that tell what it is; again after more where that did not do. */
  private replay(wanted: readonly number[], take: (replay: PacketReplay) => void): void {
    const set = new Set(wanted);
    for (const most of [LAST_OF_STREAM, MOST_OF_STREAM]) {
      const replay = new PacketReplay(this.store, this.setup);
      const { numbers, isAll } = this.withContext(wanted, most);
      let isAlike = true;
      for (const number of numbers) {
        replay.visit(number);
        if (!set.has(number)) continue;
        isAlike &&= this.store.isReadAlike(replay.packet);
        take(replay);
      }
      if (isAlike || isAll) return;
    }
  }

  /** The packets that are wanted, and those before them that may tell what they are, in order; `isAll` when none is left out. */
  private withContext(
    wanted: readonly number[],
    most: number,
  ): { readonly numbers: readonly number[]; readonly isAll: boolean } {
    const { first } = this.store;
    const low = wanted[0]!;
    const high = wanted.at(-1)!;
    if (high - first < WHOLE) {
      return { numbers: Array.from({ length: high - first + 1 }, (_, index) => first + index), isAll: true };
    }
    const chosen = new Set<number>();
    const isDense = high - low < NEAR;
    if (isDense) for (let one = Math.max(first, low - NEAR); one <= high; one++) chosen.add(one);
    else {
      const near = Math.ceil(NEAR / wanted.length);
      for (const number of wanted) for (let one = Math.max(first, number - near); one <= number; one++) chosen.add(one);
    }
    const streams = new Set<string>();
    // the last ones first: packets before those of the same stream come with them
    for (const number of [...wanted].reverse()) {
      const stream = `${this.store.transportOf(number)} ${this.store.streamOf(number)}`;
      if (streams.has(stream)) continue;
      streams.add(stream);
      for (const one of this.ofStream(number, most)) chosen.add(one);
    }
    return { numbers: [...chosen].sort((a, b) => a - b), isAll: false };
  }

  private ofStream(number: number, most: number): readonly number[] {
    if (this.store.streamOf(number) < 0) return [];
    const before: number[] = [];
    const { store } = this;
    for (let at = store.previousOf(number); at > 0 && before.length < MOST_OF_STREAM; at = store.previousOf(at))
      before.push(at);
    return [...before.slice(0, most), ...before.slice(-FIRST_OF_STREAM)];
  }
}

/** Those that were added first go. */
function forgetHalf(map: Map<number, unknown>): void {
  let left = Math.ceil(map.size / 2);
  for (const number of map.keys()) {
    if (left-- === 0) return;
    map.delete(number);
  }
}
