import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { EchoSocket } from '../../core/system/platform.ts';
import { openPing } from './ping-command.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { type Resolved, resolveHost } from './resolve-host.ts';
import { tcpEcho } from './tcp-echo.ts';

/**
 * Sends echo requests by the first method that works here: a socket of our own, the ping command, or a TCP connection,
 * whose answer or refusal shows that the host is up. `method` says which it was.
 */
export function openIcmpProber({ host }: Target, { platform, clock, sayLimit }: ProberOptions): Prober {
  let counted: { readonly socket: EchoSocket; readonly addr: string } | null = null;
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      let resolved: Resolved;
      try {
        resolved = await resolveHost(host, clock, timeoutMs);
      } catch (error) {
        return reply({ ok: false, detail: (error as Error).message });
      }
      const { addr, zoneIndex } = resolved;
      const left = timeoutMs - (clock.monotonic() - start);
      const socket = platform.openEcho(addr.includes(':') ? 'ipv6' : 'ipv4');
      if (socket === null) {
        sayLimit('ICMP echo', 'no socket for it is permitted here', 'netwatch doctor');
        return (await openPing(platform, resolved, left, signal)) ?? tcpEcho(resolved, clock, left, signal);
      }
      counted = { socket, addr };
      const { rttMs, error, from } = await socket.send(addr, zoneIndex, left, signal);
      const findings = { method: socket.method, dns_ms: resolved.millis };
      if (rttMs !== null) return reply({ ok: true, detail: 'echo reply', rttMs, addr, findings });
      const by = from === null || from === addr ? '' : `, says ${from}`;
      return reply({
        ok: false,
        detail: error === null ? `no answer within ${Math.round(left)} ms` : `${error}${by}`,
        addr,
        findings,
      });
    },
    duplicates: () => counted?.socket.duplicates(counted.addr) ?? null,
    close() {},
  };
}
