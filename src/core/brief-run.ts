import v8 from 'node:v8';
import { areFlagsOurs } from './tight-heap.ts';

/** Fewer rows are printed before anything is worth to be compiled. */
const MANY = 5000;

/**
 * Reports that so many rows will be read once, and that the run is over then. V8 compiles what runs often in threads beside the
 * program, and takes longest where it copies functions into those that call them: `conns` with 18,000 sockets takes 295 ms of
 * the processor's time with that, and 258 without. To be called when the program is loaded: V8 refuses kept code after it.
 */
export function hurryThrough(rows: number): void {
  if (areFlagsOurs() && rows >= MANY) v8.setFlagsFromString('--no-turbo-inlining');
}
