import net from 'node:net';
import type { Reply } from '../../src/core/health/prober.ts';
import { parseTarget } from '../../src/core/health/target.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { openProber } from '../../src/platform/probe/open-prober.ts';
import { fakePlatform } from './fake-platform.ts';

/** Asks a target once. */
export async function askOnce(text: string, timeoutMs = 2000, signal = new AbortController().signal): Promise<Reply> {
  const prober = await openProber(parseTarget(text), {
    platform: fakePlatform([]),
    clock: realClock,
    limited: () => {},
  });
  try {
    return await prober.send(timeoutMs, signal);
  } finally {
    prober.close();
  }
}

/** A server made by a test. */
export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of an address. */
export async function listenOn(server: net.Server, address = '127.0.0.1'): Promise<ProbeServer> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** A server that does this with each connection. */
export const rawServer = (serve: (socket: net.Socket) => void, address?: string): Promise<ProbeServer> =>
  listenOn(net.createServer(serve), address);

/** A port to which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await rawServer(() => {});
  await server.close();
  return server.port;
}

/** Whether the loopback has IPv6 here. */
export async function hasIpv6(): Promise<boolean> {
  try {
    await (await rawServer(() => {}, '::1')).close();
    return true;
  } catch {
    return false;
  }
}
