import { type Family, familiesOf, type Metric, type Sample as Series } from '../../../core/output/exposition.ts';
import type { MultipathLook } from '../../../core/socket/multipath-sessions.ts';
import { type InterfaceShare, sharesByInterface } from './path-shares.ts';

/** From so many paths on, sessions are counted together. */
const MANY = 4;

const ofInterface = (
  name: string,
  help: string,
  value: (share: InterfaceShare) => number | null,
): Metric<MultipathLook> => ({
  name,
  type: 'gauge',
  help,
  samples: ({ sessions }) =>
    sharesByInterface(sessions).map((share): Series => [{ device: share.iface ?? '' }, value(share)]),
});

/** No label is an address or a token: others choose those. */
const METRICS: readonly Metric<MultipathLook>[] = [
  {
    name: 'netwatch_mptcp_sessions',
    type: 'gauge',
    help: 'Open sessions of MPTCP, by how many TCP flows carry each.',
    samples: ({ sessions }) => {
      const counts = new Map<string, number>();
      for (const { paths } of sessions) {
        const label = paths.length < MANY ? String(paths.length) : `${MANY}+`;
        counts.set(label, (counts.get(label) ?? 0) + 1);
      }
      return [...counts].sort().map(([paths, count]): Series => [{ paths }, count]);
    },
  },
  ofInterface('netwatch_mptcp_paths', 'TCP flows that carry sessions of MPTCP, by interface.', ({ paths }) => paths),
  ofInterface('netwatch_mptcp_receive_bytes', 'Bytes that those open now have received.', ({ rxBytes }) => rxBytes),
  ofInterface('netwatch_mptcp_transmit_bytes', 'Bytes that those open now have sent.', ({ txBytes }) => txBytes),
  ofInterface('netwatch_mptcp_share_ratio', 'Share of the bytes of all of them.', ({ share }) => share),
  {
    name: 'netwatch_mptcp_paths_lost_total',
    type: 'counter',
    help: 'Flows that ended before their session did, since netwatch was started.',
    samples: ({ lost }) => [[{}, lost]],
  },
];

export const pathFamilies = (look: MultipathLook | null): readonly Family[] =>
  familiesOf(METRICS, look === null ? [] : [look]);
