import type { Limit } from '../../core/limit.ts';
import type { Context } from './context.ts';

/**
 * Says what cannot be seen, and why: each limit once, however often it is met. What nobody can see is said only with
 * --verbose, as there is nothing to do about it.
 */
export function sayLimitsOnce({
  say,
  isVerbose,
}: Pick<Context, 'say' | 'isVerbose'>): (limits: readonly Limit[]) => void {
  const said = new Set<string>();
  return (limits) => {
    for (const { what, subject, why, remedy, isFinal = false } of limits) {
      // two readings of the same machine may name others as the reason
      const key = subject ?? JSON.stringify([what, why]);
      if (said.has(key) || (isFinal && !isVerbose)) continue;
      said.add(key);
      say(`${what}: ${why}${remedy === null ? '' : `; ${remedy}`}`);
    }
  };
}
