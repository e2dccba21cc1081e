import type { PacketStore } from './packet-store.ts';

/** When no more packets than this are before those that are wanted, all of them are dissected again. */
const WHOLE = 4000;
/** Else so many before each, shared by all that are wanted, */
export const NEAR = 2000;
/** and of its stream the first ones, which open it, and the last ones before it; */
const FIRST_OF_STREAM = 16;
export const LAST_OF_STREAM = 100;
/** where a packet is then read otherwise than it was at first, as many of its stream as this. */
export const MOST_OF_STREAM = 20_000;

/** Packets that may tell what others are. */
export interface PacketContext {
  /** Those that are wanted, and those before them, in order. */
  readonly numbers: readonly number[];
  /** Whether none is left out. */
  readonly isAll: boolean;
}

/** What must be dissected before these packets: so many before all of them, and at most so many of each stream. */
export function contextOf(store: PacketStore, wanted: readonly number[], most: number, before = NEAR): PacketContext {
  const { first } = store;
  const low = wanted[0]!;
  const high = wanted.at(-1)!;
  if (high - first < WHOLE) {
    return { numbers: Array.from({ length: high - first + 1 }, (_, index) => first + index), isAll: true };
  }
  const chosen = new Set<number>();
  const isDense = high - low < NEAR;
  if (isDense) for (let one = Math.max(first, low - before); one <= high; one++) chosen.add(one);
  else {
    const near = Math.ceil(before / wanted.length);
    for (const number of wanted) for (let one = Math.max(first, number - near); one <= number; one++) chosen.add(one);
  }
  const streams = new Set<string>();
  // the last ones first: packets before those of the same stream come with them
  for (const number of most === 0 ? [] : [...wanted].reverse()) {
    const stream = `${store.transportOf(number)} ${store.streamOf(number)}`;
    if (streams.has(stream)) continue;
    streams.add(stream);
    for (const one of ofStream(store, number, most)) chosen.add(one);
  }
  return { numbers: [...chosen].sort((a, b) => a - b), isAll: false };
}

function ofStream(store: PacketStore, number: number, most: number): readonly number[] {
  if (store.streamOf(number) < 0) return [];
  const before: number[] = [];
  for (let at = store.previousOf(number); at > 0 && before.length < MOST_OF_STREAM; at = store.previousOf(at))
    before.push(at);
  return [...before.slice(0, most), ...before.slice(-FIRST_OF_STREAM)];
}
