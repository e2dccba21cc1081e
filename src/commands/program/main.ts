import { allowTightHeap } from '../../core/tight-heap.ts';
import { adoptScan } from '../../platform/linux/socket-owners.ts';
import type { StartedScan } from '../../platform/linux/started-scan.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import { program } from './program.ts';

/**
 * netwatch: arguments in, exit status out. Never throws. `begun` is what `headStart` began before this was loaded.
 */
export function main(argv: readonly string[], begun: StartedScan | null = null): Promise<number> {
  if (begun !== null) adoptScan(begun, realClock.monotonic());
  allowTightHeap();
  return program(argv);
}
