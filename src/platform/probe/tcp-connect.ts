import type net from 'node:net';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { connectInTurn } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { resolveHost } from './resolve-host.ts';

/** A server that speaks first does so soon; one that waits for us never does. */
const FIRST_BYTE_MS = 200;

/** Connects, and waits a moment for the server to speak first. The time is that of the connection. */
export function openTcpProber(target: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      const findings: { -readonly [K in keyof Findings]: Findings[K] } = {};
      try {
        const addresses = await resolveHost(target, deadline);
        ({ addr } = addresses.all[0]);
        findings.dns_ms = addresses.millis;
        const { to, value, note } = await connectInTurn(addresses, target.port, deadline);
        ({ addr } = to);
        findings.connect_ms = value.millis;
        const said = await firstWord(value.socket, deadline);
        findings.first_byte_ms = said.millis;
        return reply({ ok: true, detail: said.detail + note, rttMs: value.millis, addr, findings });
      } catch (error) {
        return failedReply(error, { addr, findings });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

/** Waits a moment for the first byte; then the socket is closed. */
function firstWord(
  socket: net.Socket,
  { clock, left, signal }: Deadline,
): Promise<{ readonly detail: string; readonly millis: number | null }> {
  return new Promise((resolve) => {
    const start = clock.monotonic();
    const end = (detail: string, millis: number | null): void => {
      cancel();
      signal.removeEventListener('abort', silent);
      socket.destroy();
      resolve({ detail, millis });
    };
    const silent = (): void => end('connected', null);
    const hungUp = (): void => end('connected, and it hung up', null);
    const cancel = clock.after(Math.min(FIRST_BYTE_MS, left()), silent);
    signal.addEventListener('abort', silent, { once: true });
    socket.once('data', () => end('connected, and it spoke first', clock.monotonic() - start));
    socket.on('error', hungUp);
    socket.once('end', hungUp);
  });
}
