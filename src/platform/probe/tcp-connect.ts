import type net from 'node:net';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { CannotAsk, connectTo } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { resolveWithin } from './resolve-host.ts';

/** A server that speaks first does so soon; one that waits for us never does. */
const FIRST_BYTE_MS = 200;

/** Connects, and waits a moment for the server to speak first. The time is that of the connection. */
export function openTcpProber({ host, port }: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      const findings: { -readonly [K in keyof Findings]: Findings[K] } = {};
      try {
        const resolved = await resolveWithin(deadline, host);
        addr = resolved.addr;
        findings.dns_ms = resolved.millis;
        const start = clock.monotonic();
        const socket = await connectTo(resolved, port, deadline);
        const rttMs = clock.monotonic() - start;
        findings.connect_ms = rttMs;
        const said = await firstWord(socket, deadline);
        findings.first_byte_ms = said.millis;
        return reply({ ok: true, detail: said.detail, rttMs, addr, findings });
      } catch (error) {
        const ok = error instanceof CannotAsk ? null : false;
        return reply({ ok, detail: (error as Error).message, addr, findings });
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
