import type { Role } from '../../../core/screen/theme.ts';

/** How a round of probes went: bad from 100 ms or half lost, worth notice from 10 ms or any loss, else good. */
export function healthRole({
  rtt_avg_ms,
  loss_pct,
}: {
  readonly rtt_avg_ms: number | null;
  readonly loss_pct: number | null;
}): Role {
  if (loss_pct === null) return 'faint';
  const byTime = rttRole(rtt_avg_ms ?? 0);
  if (loss_pct >= 50) return 'bad';
  return loss_pct > 0 && byTime === 'good' ? 'notice' : byTime;
}

/** The same of one round trip, in milliseconds. */
export const rttRole = (rtt: number): Role => (rtt >= 100 ? 'bad' : rtt >= 10 ? 'notice' : 'good');
