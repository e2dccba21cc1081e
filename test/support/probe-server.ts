import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Prober, Reply } from '../../src/core/health/prober.ts';
import { parseTarget } from '../../src/core/health/target.ts';
import type { Clock } from '../../src/core/system/clock.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { openProber } from '../../src/platform/probe/open-prober.ts';
import { fakePlatform } from './fake-platform.ts';
import type { VirtualClock } from './virtual-clock.ts';

const openOne = (text: string, clock: Clock): Promise<Prober> =>
  openProber(parseTarget(text), { platform: fakePlatform([]), clock, sayLimit: () => {} });

/** Asks a target once. */
export async function askOnce(
  text: string,
  timeoutMs = 2000,
  signal = new AbortController().signal,
  clock: Clock = realClock,
): Promise<Reply> {
  const prober = await openOne(text, clock);
  try {
    return await prober.send(timeoutMs, signal);
  } finally {
    prober.close();
  }
}

/** The same at a time that stands still unless the test lets it pass. */
export const askAt = (clock: Clock, text: string, timeoutMs = 2000): Promise<Reply> =>
  askOnce(text, timeoutMs, new AbortController().signal, clock);

/**
 * Asks a target once, and throws when that takes longer than its time and 100 ms. That is told by a timer beside it: timers
 * of a process are called in the order of their time, however long a busy machine delays them all.
 */
export async function askInTime(text: string, timeoutMs: number): Promise<Reply> {
  const prober = await openOne(text, realClock);
  const isOver = new AbortController();
  try {
    const reply = await Promise.race([
      prober.send(timeoutMs, new AbortController().signal),
      realClock.sleep(timeoutMs + 1000, isOver.signal).then(() => null),
    ]);
    if (reply === null) throw new Error(`${text} took longer than ${timeoutMs} ms`);
    return reply;
  } finally {
    isOver.abort();
    prober.close();
  }
}

/** Resolves when so many timers of a clock are set: what is under way has come to where it waits. */
export async function untilTimers(clock: VirtualClock, count: number): Promise<void> {
  while (clock.timers() !== count) await turn();
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
