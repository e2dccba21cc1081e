import type { IfaceRow } from '../../core/record/tables/iface.ts';
import type { Surroundings } from '../../core/sample/surroundings.ts';

/**
 * Says when the one interface that was asked for goes and comes back: without a word, rows that cease would look like a
 * machine at rest. Call it with all interfaces of each look.
 */
export function sayPresence(name: string, { warn }: Pick<Surroundings, 'warn'>): (rows: Iterable<IfaceRow>) => void {
  let wasThere = true;
  return (rows) => {
    let isThere = false;
    for (const row of rows) isThere ||= row.name === name;
    if (isThere !== wasThere) warn(isThere ? `${name} is back` : `${name} is gone; netwatch waits for it`);
    wasThere = isThere;
  };
}
