import type { PushHealth } from '../../../core/delivery/push.ts';
import type { Limit } from '../../../core/limit.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import type { TunnelRow } from '../../../core/record/tables/tunnel.ts';
import type { MultipathLook } from '../../../core/socket/multipath-sessions.ts';
import type { ConnMetrics } from '../../conns/conn-metrics.ts';

/** What there is to tell of the machine at one moment. */
export interface Sample {
  readonly conns: ConnMetrics;
  readonly interfaces: readonly IfaceRow[];
  /** Tun and tap devices, and peers of WireGuard, as of the last look at them. */
  readonly tunnels: readonly TunnelRow[];
  readonly multipath: MultipathLook;
  readonly probes: readonly ProbeRow[];
  /** Whether targets are asked again and again. */
  readonly probesRepeat: boolean;
  /** What the rules found at their last look; null where they do not look. */
  readonly findings: readonly InsightRow[] | null;
  /** Packets that were captured, and dropped by the kernel; null where none are captured. */
  readonly captured: { readonly captured: number; readonly dropped: number } | null;
  readonly limits: readonly Limit[];
  readonly health: Health;
  /** How sending goes; null where nothing is sent. */
  readonly push: PushHealth | null;
}

/** How netwatch itself does. Times are in seconds. */
export interface Health {
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  /** When the machine was last read, and how long that took. */
  readonly readAt: number;
  readonly tookS: number;
  readonly samples: number;
  readonly failures: number;
  readonly residentBytes: number;
  readonly cpuS: number;
}

/** Interfaces that have series of their own. */
export const MOST_INTERFACES = 1000;
/** Limits that are told. */
export const MOST_LIMITS = 50;

const TUNNEL_KINDS: ReadonlySet<IfaceRow['kind']> = new Set<IfaceRow['kind']>([
  ...(['tun', 'tap', 'wireguard', 'gre', 'ipip', 'sit', 'vti', 'xfrm', 'vxlan', 'geneve', 'ppp'] as const),
]);

export const isTunnel = ({ kind }: Pick<IfaceRow, 'kind'>): boolean => TUNNEL_KINDS.has(kind);

/** Whether it carries traffic. A tunnel may not say whether it does: then it is up when it is switched on. */
export const isCarrying = ({ state, flags }: Pick<IfaceRow, 'state' | 'flags'>): boolean =>
  state === 'up' || (state === 'unknown' && flags.includes('up'));
