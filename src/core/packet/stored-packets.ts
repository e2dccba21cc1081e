import type { PacketRow } from '../record/tables/packet.ts';
import { contextOf, LAST_OF_STREAM, MOST_OF_STREAM, NEAR } from './packet-context.ts';
import { type PacketDetail, packetDetail } from './packet-detail.ts';
import { PacketReplay, type ReplaySetup } from './packet-replay.ts';
import type { PacketStore } from './packet-store.ts';

/** So many packets at each side of those that are wanted get their records at the same time. */
const BESIDE = 20;
/** Rows and details that are kept for the next look. */
const MOST_ROWS = 2000;
const MOST_DETAILS = 8;
/**
 * When more packets must be dissected than this, 10 ms of work, others work first, and what is wanted is told as far as so
 * many before it tell.
 */
const MOST_AT_ONCE = 2500;
const PLAIN_NEAR = 500;

/**
 * Records of packets that are held, made when they are asked for: a packet is dissected again after those that it may need.
 * Records that were made are kept. Where that takes long they are plain at first, and `goOn` makes them whole.
 */
export class StoredPackets {
  private readonly store: PacketStore;
  private readonly rowsOf: Remade<PacketRow>;
  private readonly details: Remade<PacketDetail>;

  /** `unfinished` is called when there is something to go on with. */
  constructor(store: PacketStore, setup: ReplaySetup, unfinished: () => void = () => {}) {
    this.store = store;
    this.rowsOf = new Remade(store, setup, MOST_ROWS, unfinished, ({ rows, packet }) => rows.row(packet));
    this.details = new Remade(store, setup, MOST_DETAILS, unfinished, ({ rows, packet }) =>
      packetDetail(packet, rows.row(packet), rows.faults),
    );
  }

  /** The records of these packets, in ascending order; null for one that is no longer held. */
  rows(numbers: readonly number[]): readonly (PacketRow | null)[] {
    const missing = numbers.filter((number) => !this.rowsOf.isKnown(number) && this.store.holds(number));
    if (missing.length > 0) this.rowsOf.make(missing, this.withNeighbors(missing));
    return numbers.map((number) => this.rowsOf.get(number));
  }

  /** All that is in a packet; null for one that is no longer held. */
  detail(number: number): PacketDetail | null {
    if (!this.details.isKnown(number) && this.store.holds(number)) this.details.make([number], [number]);
    return this.details.get(number);
  }

  /** Whether some of what was told last may be told better. */
  get isUnfinished(): boolean {
    return this.rowsOf.isUnfinished || this.details.isUnfinished;
  }

  /** Goes on with that until it is done or `isOver`; true when something is whole that was not. */
  goOn(isOver: () => boolean): boolean {
    const hasRows = this.rowsOf.goOn(isOver);
    return this.details.goOn(isOver) || hasRows;
  }

  /** Packets beside those that are wanted: what comes before them is dissected anyway, and somebody who scrolls wants them next. */
  private withNeighbors(wanted: readonly number[]): readonly number[] {
    const low = wanted[0]!;
    const high = wanted.at(-1)!;
    if (high - low > NEAR) return wanted;
    const all: number[] = [];
    for (let one = Math.max(this.store.first, low - BESIDE); one <= Math.min(this.store.last, high + BESIDE); one++)
      if (!this.rowsOf.isKnown(one)) all.push(one);
    return all;
  }
}

/** What is made of packets that are dissected again. */
class Remade<Value> {
  private readonly store: PacketStore;
  private readonly setup: ReplaySetup;
  private readonly most: number;
  private readonly unfinished: () => void;
  private readonly makeOf: (replay: PacketReplay) => Value;
  private readonly known = new Map<number, Value>();
  /** Of the packets that are dissected just now, what is known of them so far. */
  private plain = new Map<number, Value>();
  private steps: Iterator<number, void> | null = null;

  constructor(
    store: PacketStore,
    setup: ReplaySetup,
    most: number,
    unfinished: () => void,
    makeOf: (replay: PacketReplay) => Value,
  ) {
    this.store = store;
    this.setup = setup;
    this.most = most;
    this.unfinished = unfinished;
    this.makeOf = makeOf;
  }

  get isUnfinished(): boolean {
    return this.steps !== null;
  }

  isKnown(number: number): boolean {
    return this.known.has(number);
  }

  get(number: number): Value | null {
    return this.known.get(number) ?? this.plain.get(number) ?? null;
  }

  /** Makes what is missing, and all of `wanted` with it, unless it is being made already. */
  make(missing: readonly number[], wanted: readonly number[]): void {
    if (this.steps !== null && missing.every((number) => this.plain.has(number))) return;
    if (this.known.size >= this.most) forgetHalf(this.known);
    this.plain = new Map();
    this.steps = this.replaying(wanted);
    let left = MOST_AT_ONCE;
    for (;;) {
      const { done, value } = this.steps.next();
      if (done === true) {
        this.steps = null;
        return;
      }
      left -= value;
      if (left < 0) break;
    }
    this.makePlain(missing);
    this.unfinished();
  }

  goOn(isOver: () => boolean): boolean {
    if (this.steps === null) return false;
    while (!isOver()) {
      if (this.steps.next().done !== true) continue;
      this.steps = null;
      return true;
    }
    return false;
  }

  /** Makes of packets of which nothing is known yet what can soon be told. */
  private makePlain(missing: readonly number[]): void {
    const wanted = new Set(missing.filter((number) => !this.plain.has(number)));
    if (wanted.size === 0) return;
    const replay = new PacketReplay(this.store, this.setup);
    for (const number of contextOf(this.store, [...wanted], 0, PLAIN_NEAR).numbers) {
      replay.visit(number);
      if (wanted.has(number)) this.plain.set(number, this.valueOf(replay));
    }
  }

  private valueOf(replay: PacketReplay): Value {
    replay.see();
    return this.makeOf(replay);
  }

  /**
   * Dissects these packets after those that tell what they are, and again after more where that did not do; a step for each,
   * and one before them that says how many there will be.
   */
  private *replaying(wanted: readonly number[]): Generator<number, void> {
    const { store } = this;
    const set = new Set(wanted);
    for (const most of [LAST_OF_STREAM, MOST_OF_STREAM]) {
      const replay = new PacketReplay(store, this.setup);
      const { numbers, isAll } = contextOf(store, wanted, most);
      yield isAll ? 0 : numbers.length;
      const made = new Map<number, Value>();
      let isAlike = true;
      for (const number of numbers) {
        // the oldest may have gone since
        if (!store.holds(number)) continue;
        replay.visit(number);
        if (set.has(number)) {
          isAlike &&= store.isReadAlike(replay.packet);
          made.set(number, this.valueOf(replay));
        }
        yield 0;
      }
      this.plain = made;
      if (isAlike || isAll) break;
    }
    for (const [number, value] of this.plain) this.known.set(number, value);
    this.plain.clear();
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
