import type { Prober } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { ProbeKind } from '../../core/record/tables/probe.ts';
import type { ProberOptions } from './prober-options.ts';
import { reply } from './reply.ts';

type Open = (target: Target, options: ProberOptions) => Prober;

/** One line per kind; each is loaded when it is needed. */
const PROBERS: Readonly<Record<ProbeKind, () => Promise<Open>>> = {
  icmp: async () => (await import('./icmp-ping.ts')).openIcmpProber,
  tcp: async () => (await import('./tcp-connect.ts')).openTcpProber,
  http: async () => (await import('./http-get.ts')).openHttpProber,
  https: async () => (await import('./http-get.ts')).openHttpProber,
  trace: async () => (await import('./trace-path.ts')).openTraceProber,
  mtu: async () => (await import('./path-mtu.ts')).openMtuProber,
  tls: async () => (await import('./tls-certificate.ts')).openTlsProber,
  udp: async () => (await import('./udp-echo.ts')).openUdpProber,
  dns: async () => (await import('./dns-query.ts')).openDnsProber,
  dot: async () => (await import('./dns-query.ts')).openDnsProber,
  doh: async () => (await import('./dns-query.ts')).openDnsProber,
  stun: async () => (await import('./stun-binding.ts')).openStunProber,
  ntp: async () => (await import('./ntp-client.ts')).openNtpProber,
};

/** Opens the prober of a target. */
export async function openProber(target: Target, options: ProberOptions): Promise<Prober> {
  const { missing } = target;
  if (missing !== undefined) return nothingToAsk(missing);
  return (await PROBERS[target.kind]())(target, options);
}

/** Nothing can be said of what does not exist here. */
function nothingToAsk(detail: string): Prober {
  return { send: async () => reply({ ok: null, detail }), duplicates: () => null, close() {} };
}
