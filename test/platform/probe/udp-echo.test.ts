import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseTarget } from '../../../src/core/health/target.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openUdpProber } from '../../../src/platform/probe/udp-echo.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { askAt, askOnce, closedPort, untilTimers } from '../../support/probe-server.ts';
import { openUdpServer, type UdpServer } from '../../support/udp-server.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const servers: UdpServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type React = Parameters<typeof openUdpServer>[0];
async function serve(react: React, address?: string): Promise<number> {
  servers.push(await openUdpServer(react, address));
  return servers.at(-1)!.port;
}
const numberOf = (message: Buffer): number => message.readUInt32BE(12);

/** One round, its probes sent soon after one another. */
async function round(port: number, count: number, ...more: readonly string[]) {
  const argv = ['probe', `udp://127.0.0.1:${port}`, '-c', String(count), '--interval', '1ms', '--json', ...more];
  const ran = await runInProcess(argv, { clock: realClock });
  return { status: ran.status, row: recordsOf(ran.out)[0]! };
}

test.each(['127.0.0.1', '::1'])('an echo server at %s', async (address) => {
  const clock = virtualClock();
  const port = await serve(async (message, answer) => {
    clock.advance(12.5);
    answer(message);
    await untilTimers(clock, 2); // it has come, and a copy of it is waited for
    clock.advance(20);
  }, address);
  const reply = await askAt(clock, `udp://${address.includes(':') ? `[${address}]` : address}:${port}`);
  expect(reply).toMatchObject({ ok: true, detail: 'echo', addr: address, rttMs: 12.5 });
  expect(clock.timers()).toBe(0);
});

test('a round without fault', async () => {
  const seen: number[] = [];
  const port = await serve((message, answer) => {
    seen.push(numberOf(message));
    answer(message);
  });
  const { status, row } = await round(port, 20);
  expect(status).toBe(0);
  expect(row).toMatchObject({
    kind: 'udp',
    sent: 20,
    received: 20,
    loss_pct: 0,
    reordered: 0,
    duplicates: 0,
    ok: true,
  });
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('every fifth is lost', async () => {
  const port = await serve((message, answer) => void (numberOf(message) % 5 === 4 || answer(message)));
  const { status, row } = await round(port, 100, '--timeout', '2s');
  expect(status).toBe(1);
  expect(row).toMatchObject({
    sent: 100,
    received: 80,
    loss_pct: 20,
    state: 'degraded',
    detail: 'no answer within 2000 ms',
  });
});

test('what comes twice, that of the last probe included, and what comes out of order', async () => {
  const twice = await serve((message, answer) => {
    answer(message);
    if (numberOf(message) % 3 === 0) answer(message);
  });
  expect((await round(twice, 10)).row).toMatchObject({ received: 10, duplicates: 4, reordered: 0 });
  let held: Buffer | null = null;
  const swapped = await serve((message, answer) => {
    if (numberOf(message) === 2 || numberOf(message) === 6) held = message;
    else {
      answer(message);
      if (held !== null) answer(held);
      held = null;
    }
  });
  expect((await round(swapped, 10)).row).toMatchObject({ received: 10, duplicates: 0, reordered: 2, ok: true });
});

test('an echo that comes after its time is lost, and no duplicate', async () => {
  const clock = virtualClock();
  let first: Buffer | null = null;
  const port = await serve(async (message, answer) => {
    if (first === null) {
      first = message;
      clock.advance(80);
      return;
    }
    answer(first);
    answer(message);
    await untilTimers(clock, 2);
    clock.advance(20);
  });
  const prober = openUdpProber(parseTarget(`udp://127.0.0.1:${port}`), { clock });
  const signal = new AbortController().signal;
  expect(await prober.send(80, signal)).toMatchObject({ ok: false, rttMs: null, detail: 'no answer within 80 ms' });
  // datagrams of one sender to one socket come in their order: the late echo is there before this one
  expect(await prober.send(1000, signal)).toMatchObject({ ok: true });
  expect(prober.duplicates()).toBe(0);
  prober.close();
});

test('a closed port is told, and one that opens again is asked', async () => {
  const port = await closedPort();
  expect(await askOnce(`udp://127.0.0.1:${port}`)).toMatchObject({
    ok: false,
    rttMs: null,
    detail: 'connection refused',
  });
  const server = await openUdpServer((message, answer) => answer(message));
  servers.push(server);
  const prober = openUdpProber(parseTarget(`udp://127.0.0.1:${server.port}`), { clock: realClock });
  const signal = new AbortController().signal;
  expect(await prober.send(1000, signal)).toMatchObject({ ok: true });
  server.close();
  expect(await prober.send(1000, signal)).toMatchObject({ ok: false, detail: 'connection refused' });
  prober.close();
});

test('what comes back changed, cut, longer, or from elsewhere is no echo', async () => {
  const stranger = await openUdpServer(() => {});
  servers.push(stranger);
  const spoil = (message: Buffer, from: Parameters<React>[2]): Buffer[] => {
    stranger.socket.send(message, from.port, from.address);
    const changed = Buffer.from(message);
    changed[0]! ^= 1;
    const tail = Buffer.from(message);
    tail[tail.length - 1]! ^= 1;
    const unsent = Buffer.from(message);
    unsent.writeUInt32BE(7777, 12);
    return [changed, tail, unsent, message.subarray(1), Buffer.concat([message, message]), Buffer.alloc(60_000)];
  };
  const port = await serve((message, answer, from) => spoil(message, from).forEach(answer));
  expect(await askOnce(`udp://127.0.0.1:${port}`, 2000)).toMatchObject({
    ...{ ok: false, rttMs: null, detail: 'no answer within 2000 ms; what came (6) is no echo of what was sent' },
  });
  const late = await serve((message, answer, from) => [...spoil(message, from), message].forEach(answer));
  expect(await askOnce(`udp://127.0.0.1:${late}`)).toMatchObject({ ok: true });
});

test('a server that answers without end is bounded', async () => {
  let flooding = true;
  // the newest alone: beside floods of earlier ones its echo would find the socket full
  let newest: (() => void) | null = null;
  const flood = (): void => {
    for (let index = 0; index < 20; index++) newest!();
    if (flooding) setImmediate(flood);
  };
  const port = await serve((message, answer) => {
    const isFirst = newest === null;
    newest = () => answer(message);
    if (isFirst) flood();
  });
  const before = process.memoryUsage().rss;
  const { row } = await round(port, 5, '--timeout', '5s');
  flooding = false;
  expect(row).toMatchObject({ sent: 5, received: 5 });
  expect(row.duplicates).toBeGreaterThan(20);
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});

test('an interrupted probe ends at once', async () => {
  const port = await serve(() => {});
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  expect(await askOnce(`udp://127.0.0.1:${port}`, 5000, abort.signal)).toMatchObject({
    ok: false,
    detail: 'interrupted',
  });
});

test('garbage is no echo', async () => {
  let garbage = Buffer.alloc(0);
  const port = await serve((_, answer) => answer(garbage));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
      garbage = Buffer.from(bytes);
      expect(await askOnce(`udp://127.0.0.1:${port}`, 15)).toMatchObject({ ok: false, rttMs: null });
    }),
    { numRuns: 50 },
  );
});
