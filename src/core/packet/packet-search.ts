import type { Now } from '../filter/instant.ts';
import { compilePacketFilter, type PacketPredicate } from './packet-filter.ts';
import { PacketReplay, type ReplaySetup } from './packet-replay.ts';
import { PacketRows } from './packet-rows.ts';
import type { PacketStore } from './packet-store.ts';

/** Packets between two looks at the clock. */
const BETWEEN_LOOKS = 32;

/**
 * The packets of a store that pass a display filter, found in their order: `goOn` searches for a while, also in packets that
 * were added since. What passes is what `capture -f` prints of the same frames.
 */
export class PacketSearch {
  /** Numbers of packets that passed, in order; those before `from` are no longer held. It only grows, or is replaced. */
  matches: number[] = [];
  from = 0;
  private readonly store: PacketStore;
  private readonly replay: PacketReplay;
  private readonly predicate: PacketPredicate;
  private next: number;

  /** Throws Failure 64 for a filter that means nothing. */
  constructor(store: PacketStore, text: string, setup: Omit<ReplaySetup, 'decrypts'>, now: Now) {
    const { needsHellos } = compilePacketFilter(text, new PacketRows(), now);
    this.store = store;
    this.replay = new PacketReplay(store, { ...setup, decrypts: needsHellos });
    this.predicate = compilePacketFilter(text, this.replay.rows, now);
    this.next = store.first;
  }

  /** Whether every packet was looked at. */
  get isDone(): boolean {
    return this.left === 0;
  }

  /** Packets that were not looked at yet. */
  get left(): number {
    return this.store.last - Math.max(this.next, this.store.first) + 1;
  }

  get matched(): number {
    return this.matches.length - this.from;
  }

  /** Looks at packets until `isOver` says so, or all were. */
  goOn(isOver: () => boolean): void {
    const { store, replay, predicate } = this;
    if (this.next < store.first) this.next = store.first;
    for (let count = 1; this.next <= store.last; count++) {
      const number = this.next++;
      replay.visit(number);
      if (predicate.needsText) replay.see();
      if (predicate.matches(replay.packet)) this.matches.push(number);
      if (count % BETWEEN_LOOKS === 0 && isOver()) break;
    }
    this.forget();
  }

  /** Forgets matches that are no longer held. */
  forget(): void {
    const { matches, store } = this;
    while (this.from < matches.length && matches[this.from]! < store.first) this.from++;
    if (this.from <= matches.length / 2) return;
    this.matches = matches.slice(this.from);
    this.from = 0;
  }
}

/** Throws Failure 64, with the place, for a display filter that means nothing. */
export function checkPacketFilter(text: string, now: Now): void {
  compilePacketFilter(text, new PacketRows(), now);
}
