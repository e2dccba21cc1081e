import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { askInTurn } from './ask-in-turn.ts';
import { openDeadline } from './deadline.ts';
import { EchoSocket } from './echo-socket.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { type Resolved, resolveHost } from './resolve-host.ts';

/** A duplicate comes soon after the first copy: the round should also count a duplicate of its last probe. */
const LINGER_MS = 20;

/**
 * Asks an echo server for its echo (RFC 862), one datagram per probe: counts what is lost, what comes twice, and what
 * comes before an earlier one. Only the bytes that were sent count as an echo. When the name gets another address, that
 * address is asked from then on.
 */
export function openUdpProber(target: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  const sockets = new Map<string, EchoSocket>();
  let duplicates = 0;
  const leave = (addr: string, socket: EchoSocket): void => {
    duplicates += socket.duplicates;
    socket.close();
    sockets.delete(addr);
  };
  const socketTo = (to: Resolved): EchoSocket => {
    const socket = sockets.get(to.addr) ?? new EchoSocket(to, target.port, clock);
    sockets.set(to.addr, socket);
    return socket;
  };
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      let millis: number | null = null;
      try {
        const addresses = await resolveHost(target, deadline);
        ({ millis } = addresses);
        ({ addr } = addresses.all[0]);
        for (const [old, socket] of sockets) if (!addresses.all.some((one) => one.addr === old)) leave(old, socket);
        const asked = await askInTurn(addresses, deadline, (to, within) => socketTo(to).ask(within));
        ({ addr } = asked.to);
        const { sentAt, receivedAt } = asked.value;
        await clock.sleep(Math.min(LINGER_MS, deadline.left()));
        const rttMs = receivedAt - sentAt;
        return reply({
          ok: true,
          detail: `echo${asked.note}`,
          rttMs,
          addr,
          at: receivedAt,
          findings: { dns_ms: millis },
        });
      } catch (error) {
        return failedReply(error, { addr, findings: { dns_ms: millis } });
      } finally {
        deadline.close();
      }
    },
    duplicates() {
      const count = [...sockets.values()].reduce((sum, socket) => sum + socket.duplicates, duplicates);
      duplicates = 0;
      for (const socket of sockets.values()) socket.duplicates = 0;
      return count;
    },
    close() {
      for (const [addr, socket] of sockets) leave(addr, socket);
    },
  };
}
