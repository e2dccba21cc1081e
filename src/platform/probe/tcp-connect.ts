import net from 'node:net';
import { reasonOf } from '../../core/failure.ts';
import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { reply } from './prober-options.ts';
import { type Resolved, resolveHost } from './resolve-host.ts';

/** A server that speaks first does so soon; one that waits for us never does. */
const FIRST_BYTE_MS = 200;

/** Connects, and waits a moment for what the server says by itself. The time is that of the connection. */
export function openTcpProber({ host, port }: Target): Prober {
  return {
    async send(timeoutMs, signal) {
      const start = performance.now();
      let resolved: Resolved;
      try {
        resolved = await resolveHost(host, timeoutMs);
      } catch (error) {
        return reply({ ok: false, detail: (error as Error).message });
      }
      return connect(resolved, port, timeoutMs - (performance.now() - start), signal);
    },
    duplicates: () => null,
    close() {},
  };
}

function connect(
  { addr, zone, millis }: Resolved,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve) => {
    const start = performance.now();
    let connectMs: number | null = null;
    const socket = net.connect({ host: zone === '' ? addr : `${addr}%${zone}`, port });
    const end = (known: Pick<Reply, 'ok' | 'detail'>, firstByteMs: number | null = null): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', abandon);
      socket.destroy();
      const findings = { dns_ms: millis, connect_ms: connectMs, first_byte_ms: firstByteMs };
      resolve(reply({ ...known, rttMs: connectMs, addr, findings }));
    };
    const abandon = (): void => end({ ok: false, detail: 'interrupted' });
    let late = setTimeout(() => end({ ok: false, detail: `no answer within ${Math.round(timeoutMs)} ms` }), timeoutMs);
    signal.addEventListener('abort', abandon, { once: true });
    socket.once('connect', () => {
      connectMs = performance.now() - start;
      clearTimeout(late);
      late = setTimeout(() => end({ ok: true, detail: 'connected' }), Math.min(FIRST_BYTE_MS, timeoutMs - connectMs));
    });
    socket.once('data', () =>
      end({ ok: true, detail: 'connected, and it spoke first' }, performance.now() - start - connectMs!),
    );
    socket.once('error', (error) => {
      if (connectMs === null) end({ ok: false, detail: reasonOf(error) });
      else end({ ok: true, detail: 'connected, and it hung up' });
    });
    socket.once('end', () => end({ ok: true, detail: 'connected, and it hung up' }));
  });
}
