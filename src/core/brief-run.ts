import v8 from 'node:v8';
import { areFlagsOurs } from './tight-heap.ts';

/** Fewer rows are printed before anything is worth to be compiled. */
const MANY = 5000;

/**
 * What V8 does for programs that run long. It compiles what runs often in threads beside the program, and takes longest where it
 * copies functions into those that call them: `conns` with 18,000 sockets takes 295 ms of the processor's time with that, and 258
 * without. To take the first round out of loops, and to part paths of control, takes 5 ms. And it begins to mark what is in use when
 * the heap has 9 MB, beside the program and step by step: 10 ms, and the run is over before that is of use. Where the heap
 * grows, all of it is marked at once.
 */
const OF_LONG_RUNS = [
  '--no-turbo-inlining',
  '--no-turbo-loop-peeling',
  '--no-turbo-splitting',
  '--no-incremental-marking',
];

/**
 * Reports that so many rows will be read once, and that the run is over then. To be called when the program is loaded: V8 refuses
 * kept code after it.
 */
export function hurryThrough(rows: number): void {
  if (areFlagsOurs() && rows >= MANY) for (const flag of OF_LONG_RUNS) v8.setFlagsFromString(flag);
}
