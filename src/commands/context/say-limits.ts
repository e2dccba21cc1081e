import type { Limit } from '../../core/limit.ts';
import type { Context } from './context.ts';

/** Says what cannot be seen, and why: each limit once, however often it is met. */
export function sayLimitsOnce({ say }: Pick<Context, 'say'>): (limits: readonly Limit[]) => void {
  const said = new Set<string>();
  return (limits) => {
    for (const { what, subject, why, remedy } of limits) {
      const key = JSON.stringify([subject ?? what, why]);
      if (said.has(key)) continue;
      said.add(key);
      say(`${what}: ${why}${remedy === null ? '' : `; ${remedy}`}`);
    }
  };
}
