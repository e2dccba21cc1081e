const nap = new Int32Array(new SharedArrayBuffer(4));

/** Waits for so many milliseconds; the event loop stands still meanwhile, as it does while packets are read. */
export function standStill(millis: number): void {
  Atomics.wait(nap, 0, 0, millis);
}
