import v8 from 'node:v8';
import vm from 'node:vm';

/** With fewer objects than this, the heap is small however much it wastes. */
const MANY = 100_000;
/** How much garbage there may be beside live data, in per cent; V8 lets it be as much again, and more. */
const GROWING_PERCENT = 10;

let isAllowed = false;
let isTight = false;

/** Allows tightenHeap to act: V8's flags apply to the whole process, which is not ours when netwatch is a library. */
export function allowTightHeap(): void {
  isAllowed = true;
}

/**
 * Reports how many objects are kept for long. When there are many, garbage is collected sooner from then on: a flood
 * then takes the memory that its limits say, for a tenth more time.
 */
export function tightenHeap(objects: number): void {
  if (!isAllowed || isTight || objects < MANY) return;
  isTight = true;
  v8.setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  collectGarbage();
}

/** The flag counts from the next collection on, and until then the heap could double. */
function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = vm.runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
