import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { CannotAsk } from './connect-to.ts';
import { openDeadline } from './deadline.ts';
import { EchoSocket } from './echo-socket.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { resolveHost } from './resolve-host.ts';

/** A duplicate comes soon after the first copy: the round should also count a duplicate of its last probe. */
const LINGER_MS = 20;

/**
 * Asks an echo server for its echo (RFC 862), one datagram per probe: counts what is lost, what comes twice, and what
 * comes before an earlier one. Only the bytes that were sent count as an echo. When the name gets another address, that
 * address is asked from then on.
 */
export function openUdpProber({ host, port }: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  let socket: EchoSocket | null = null;
  let duplicates = 0;
  const leave = (): void => {
    duplicates += socket?.duplicates ?? 0;
    socket?.close();
    socket = null;
  };
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      let millis: number | null = null;
      try {
        const to = await resolveHost(host, clock, timeoutMs);
        ({ addr, millis } = to);
        if (socket?.to.addr !== addr) leave();
        socket ??= new EchoSocket(to, port, clock);
        const { sentAt, receivedAt } = await socket.ask(deadline);
        await clock.sleep(Math.min(LINGER_MS, deadline.left()));
        const rttMs = receivedAt - sentAt;
        return reply({ ok: true, detail: 'echo', rttMs, addr, at: receivedAt, findings: { dns_ms: millis } });
      } catch (error) {
        const ok = error instanceof CannotAsk ? null : false;
        return reply({ ok, detail: (error as Error).message, addr, findings: { dns_ms: millis } });
      } finally {
        deadline.close();
      }
    },
    duplicates() {
      const count = duplicates + (socket?.duplicates ?? 0);
      duplicates = 0;
      if (socket !== null) socket.duplicates = 0;
      return count;
    },
    close: leave,
  };
}
