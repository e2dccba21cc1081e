import net from 'node:net';
import type { Reply } from '../../core/health/prober.ts';
import type { OwnConnections } from '../../core/insight/own-connections.ts';
import type { Deadline } from './deadline.ts';
import { reply } from './reply.ts';
import { type Resolved, socketAddress } from './resolve-host.ts';

/** The ports on which hosts most often answer, even if only with a refusal. */
const PORTS = [443, 80, 22, 53, 7];
/** What a running host may say: the port is closed. */
const ALIVE = new Set(['ECONNREFUSED', 'ECONNRESET']);

/**
 * Asks a host for a TCP connection on several ports in parallel: the first that is opened or refused shows that the
 * host is up. If none is, that does not prove that it is down: the reply is unknown. `own` is told of each connection.
 */
export function tcpEcho(to: Resolved, deadline: Deadline, own?: OwnConnections): Promise<Reply> {
  const { clock, signal } = deadline;
  return new Promise((resolve) => {
    const start = clock.monotonic();
    const sockets = PORTS.map((port) => net.connect({ host: socketAddress(to), port }));
    // node connects in the next tick, and what we ask for then comes after it; from a refused one nobody learns its port
    const note = (): void => {
      for (const [index, { localPort }] of sockets.entries()) {
        if (localPort !== undefined) own?.add(localPort, to.addr, PORTS[index]!);
      }
    };
    process.nextTick(note);
    const { addr } = to;
    const findings = { method: 'tcp_connect' as const };
    const end = (known: Partial<Reply> & Pick<Reply, 'ok' | 'detail'>): void => {
      signal.removeEventListener('abort', abandon);
      for (const socket of sockets) socket.destroy();
      resolve(reply({ addr, findings, ...known }));
    };
    const untold = 'no ICMP is permitted here, and no TCP port answers: netwatch doctor';
    const abandon = (): void => end({ ok: null, detail: deadline.interrupted() ? 'interrupted' : untold });
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) return abandon();
    let failed = 0;
    for (const [index, socket] of sockets.entries()) {
      const alive = (how: string): void =>
        end({ ok: true, detail: `TCP port ${PORTS[index]} ${how}`, rttMs: clock.monotonic() - start });
      socket.once('connect', () => alive('answers'));
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (ALIVE.has(error.code ?? '')) alive('is closed, so the host answers');
        else if (++failed === PORTS.length) end({ ok: null, detail: untold });
      });
    }
  });
}
