import type { Dissector } from '../../src/core/wire/dissector.ts';

/** What the guard around a packet has caught. */
interface Faults {
  readonly count: number;
  readonly firstError: unknown;
}

/** Throws what a dissector caught so that a run would go on: here it is a fault all the same. */
export function checkDissector(dissector: Dissector): void {
  const { faults } = dissector as Dissector & { readonly faults?: Faults };
  if (faults !== undefined && faults.count > 0) throw faults.firstError;
}
