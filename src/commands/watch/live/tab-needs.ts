import type { TabName } from '../model/model.ts';

/** What is read between the looks that read all of it. */
export interface TabNeeds {
  /** Milliseconds from one reading of the connections to the next, at least; null for none. */
  readonly connectionsMs: number | null;
  readonly statistics: boolean;
}

/** Tabs that show a few connections, or where they lead. */
const OF_SOME_CONNECTIONS: ReadonlySet<TabName> = new Set(['dashboard', 'topology', 'timeline']);
/** To read them each second took a fifth of an idle screen's time. */
const SOME_CONNECTIONS_MS = 2000;

export const needsOf = (tab: TabName): TabNeeds => ({
  connectionsMs: tab === 'connections' ? 0 : OF_SOME_CONNECTIONS.has(tab) ? SOME_CONNECTIONS_MS : null,
  statistics: tab === 'stats',
});
