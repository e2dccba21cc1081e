import { probeRow } from '../../src/core/health/probe-row.ts';
import type { Reply } from '../../src/core/health/prober.ts';
import { stateOf } from '../../src/core/health/round.ts';
import { parseTarget } from '../../src/core/health/target.ts';
import type { ProbeRow } from '../../src/core/record/tables/probe.ts';

/** An answer after so many milliseconds; null for none, undefined where nothing could be asked. */
export function replyOf(rttMs: number | null | undefined, findings: Reply['findings'] = {}): Reply {
  return {
    rttMs: rttMs ?? null,
    ok: rttMs === undefined ? null : rttMs !== null,
    addr: '192.0.2.1',
    detail: rttMs === undefined ? 'not permitted' : rttMs === null ? 'no answer' : 'echo reply',
    findings,
    at: null,
  };
}

/** The record of a round with these answers. */
export function roundOf(
  target: string,
  times: readonly (number | null | undefined)[],
  fields: Partial<ProbeRow> = {},
): ProbeRow {
  const replies = times.map((rtt) => replyOf(rtt));
  const standing = { state: stateOf(replies), since: 0, uptimePct: null, outages: 0, outageS: 0 };
  const time = '2026-01-02T03:04:05.678Z';
  return { ...probeRow(time, parseTarget(target), replies, null, standing, time), ...fields };
}
