import type { AnyRow, Section } from '../record/table.ts';
import type { StatisticName } from '../stats/names.ts';
import type { Observation, ObservedType } from './observation.ts';

/** The statistic that makes the records which rules read, and whether they come one by one. */
const SOURCES = {
  dns_query: { by: 'dns', each: true },
  tls_session: { by: 'tls', each: true },
  http_request: { by: 'http', each: true },
  handshake: { by: 'handshakes', each: false },
  conversation: { by: 'conversations', each: false },
} as const satisfies Partial<Record<ObservedType, { readonly by: StatisticName; readonly each: boolean }>>;

type FromStatistic = keyof typeof SOURCES;
const isFromStatistic = (type: string): type is FromStatistic => Object.hasOwn(SOURCES, type);

/** The statistics without which rules that read these would be told nothing. */
export function statisticsFor(reads: ReadonlySet<ObservedType>): readonly StatisticName[] {
  return [...reads].filter(isFromStatistic).map((type) => SOURCES[type].by);
}

/** The records of statistics as observations. */
export function* observedSections(sections: readonly Section[]): Iterable<Observation> {
  for (const { table, rows } of sections) {
    const { type } = table;
    if (!isFromStatistic(type)) continue;
    if (SOURCES[type].each) for (const row of rows) yield observation(type, row);
    else yield observation(type, [...rows]);
  }
}

/** The table of the section says which type its rows are. */
const observation = (type: FromStatistic, value: AnyRow | readonly AnyRow[]): Observation =>
  ({ type, value }) as unknown as Observation;
