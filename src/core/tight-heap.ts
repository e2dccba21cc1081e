import v8 from 'node:v8';

/** Objects below which the heap is small whatever it wastes. */
const MANY = 100_000;
/** How much garbage may come to what is alive, in per cent; V8 lets it be as much again, and more. */
const GROWING_PERCENT = 10;

let isAllowed = false;
let isTight = false;

/** Allows it: the flags of V8 are those of the whole process, which is not ours where netwatch is a library. */
export function allowTightHeap(): void {
  isAllowed = true;
}

/**
 * Tells of so many objects that are kept for long. When they are many, garbage is collected sooner from then on: a flood
 * then takes the memory that its limits say, for a tenth more time.
 */
export function tightenHeap(objects: number): void {
  if (!isAllowed || isTight || objects < MANY) return;
  isTight = true;
  v8.setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
