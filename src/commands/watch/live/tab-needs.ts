import type { Glanced } from '../../../core/sample/insight-sampler.ts';
import type { TabName } from '../model/model.ts';

/** Tabs that show connections. */
const OF_CONNECTIONS: ReadonlySet<TabName> = new Set(['dashboard', 'connections', 'topology', 'timeline']);

/** What is read at each look for a tab; the rest is read every few seconds. */
export const needsOf = (tab: TabName): Glanced => ({
  connections: OF_CONNECTIONS.has(tab),
  statistics: tab === 'stats',
});
