import type { StatisticName } from '../../../core/stats/names.ts';

/** The statistics that the tabs show. */
export const SHOWN_STATISTICS = [
  'protocols',
  'handshakes',
  'dns',
  'http',
  'tls',
] as const satisfies readonly StatisticName[];
