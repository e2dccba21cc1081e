import type { Dissector } from '../../src/core/wire/dissector.ts';

/** Throws what the guard around a packet caught so that a run would go on: here it is a fault all the same. */
export function checkDissector({ faults }: Dissector): void {
  if (faults.firstError !== null) throw faults.firstError;
}
