import type { Reply } from '../../core/health/prober.ts';
import type { Platform } from '../../core/system/platform.ts';
import { reply } from './reply.ts';
import { type Resolved, socketAddress } from './resolve-host.ts';

/**
 * Sends one echo request with the ping command, which may have the privilege that we lack. Null when there is no such
 * command, or when it may not send either. Understands the ping of iputils, busybox, inetutils and macOS.
 */
export async function openPing(
  { name, host }: Pick<Platform, 'name' | 'host'>,
  resolved: Resolved,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Reply | null> {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const { addr } = resolved;
  const to = socketAddress(resolved);
  const isIpv6 = addr.includes(':');
  const [file, args] =
    name === 'macos'
      ? [
          isIpv6 ? 'ping6' : 'ping',
          isIpv6 ? ['-n', '-c', '1', to] : ['-n', '-c', '1', '-W', String(Math.ceil(timeoutMs)), to],
        ]
      : ['ping', ['-n', '-c', '1', '-W', seconds, isIpv6 ? '-6' : '-4', to]];
  if (signal.aborted) return reply({ ok: false, detail: 'interrupted', addr });
  const said = await host.run(file, args).then(
    (out) => ({ out, failed: null }),
    (error: Error) => ({ out: '', failed: error }),
  );
  const findings = { method: 'ping' as const };
  const rttMs = parsePingTime(said.out);
  if (rttMs !== null) return reply({ ok: true, detail: 'echo reply', rttMs, addr, findings });
  // status 1 is no answer; all else is that it could not ask
  if (said.failed === null || /exit code 1\b/.test(said.failed.message)) {
    return reply({ ok: false, detail: `no answer within ${seconds} s`, addr, findings });
  }
  return null;
}

/** The time in a line such as `64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.042 ms`, in milliseconds. */
export function parsePingTime(text: string): number | null {
  const match = /\btime[=<]\s?([0-9]+(?:\.[0-9]+)?)\s?ms\b/.exec(text);
  return match === null ? null : Number(match[1]);
}
