import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Slices } from '../../../core/slices.ts';
import type { Clock } from '../../../core/system/clock.ts';

/** Packets are dissected and searched, and looks are taken, for so long at a time, so that keys stay quick. */
export const SLICE_MS = 5;

/** Slices of work that goes on after whatever happened meanwhile: keys, and what is painted for them. */
export function slicesOfTime(clock: Clock): Slices {
  let end = 0;
  return {
    begin() {
      end = clock.monotonic() + SLICE_MS;
    },
    isOver: () => clock.monotonic() >= end,
    rest: () => nextTurn(),
  };
}
