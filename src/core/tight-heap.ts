import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * With fewer objects than this, the heap is small however much it wastes. A mix of all kinds has 81,000 flows: with eight statistics
 * of ten such out of a pipe, 100,000 here took 208 MB and 50,000 took 200, for 3 per cent more time.
 */
const MANY = 50_000;
/** How much garbage there may be beside live data, in per cent; V8 lets it be as much again, and more. With 10, a scan took a fifth more time and 10 MB less. */
const GROWING_PERCENT = 30;

/**
 * The same for a program that runs for days. At 500 new flows a second the screen keeps 130 MB for long, and V8 let 400 be
 * before it looked for garbage: it took 550 MB then, and takes 350 with this, for no more time. And for one that prints records
 * of messages while it reads: four million packets with HTTP take 10.9 s and 340 MB without, 11.1 s and 290 MB with this, and
 * 13.4 s with 10 per cent, for as much memory.
 */
const LASTING_PERCENT = 40;

/**
 * Where objects are made, V8 has two halves of up to 16 MB, and so many bytes of buffers wait beside for garbage to be looked
 * for. Eight statistics of a mix took 268 MB with that and 231 with what there is when so much was reached, halves of 4 MB; of ten
 * such mixes out of a pipe 348 and 266, for the same time: most of what packets make is garbage at once, or kept for long. With
 * halves of 1 MB it took 5 MB less, and 6 per cent more time. So small a half is looked through by one thread: to wake others
 * took 3 per cent of the time.
 */
const YOUNG_BYTES = 4 * 1024 * 1024;

let isAllowed = false;
let isYoungSmall = false;
let isTight = false;
let isLow = false;

/** Allows tightenHeap and `hurryThrough` to act: V8's flags apply to the whole process, which is not ours when netwatch is a library. */
export function allowTightHeap(): void {
  isAllowed = true;
}

export function areFlagsOurs(): boolean {
  return isAllowed;
}

/**
 * Reports how many objects are kept for long. When there are many, garbage is collected sooner from then on: a flood
 * then takes the memory that its limits say.
 */
export function tightenHeap(objects: number): void {
  if (!isAllowed || isTight || objects < MANY) return;
  isTight = true;
  v8.setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  collectGarbage();
}

/** For a program that reads packets, called again and again: new objects get no more room than they have, once that is enough. */
export function keepYoungSmall(): void {
  if (!isAllowed || isYoungSmall) return;
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (young === undefined || young.space_size < YOUNG_BYTES) return;
  isYoungSmall = true;
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  v8.setFlagsFromString('--no-parallel-scavenge');
}

/** For a program that runs for days: garbage is collected sooner from the next collection on. */
export function keepHeapLow(): void {
  if (!isAllowed || isTight || isLow) return;
  isLow = true;
  v8.setFlagsFromString(`--heap-growing-percent=${LASTING_PERCENT}`);
}

/** For a program that prints what it reads, and has read much: the same from now on. */
export function keepHeapLowFromNow(): void {
  if (!isAllowed || isTight || isLow) return;
  keepHeapLow();
  collectGarbage();
}

/** The flag counts from the next collection on, and until then the heap could double. */
function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = vm.runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
