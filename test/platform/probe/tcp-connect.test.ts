import type net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  askAt,
  askOnce,
  closedPort,
  hasIpv6,
  type ProbeServer,
  rawServer,
  untilTimers,
} from '../../support/probe-server.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const servers: ProbeServer[] = [];
const serve = async (answer: (socket: net.Socket) => void, address?: string): Promise<number> => {
  servers.push(await rawServer(answer, address));
  return servers.at(-1)!.port;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe('tcp', () => {
  /** Timers of a probe that is connected: that of its time, and that of the wait for a first byte. */
  const CONNECTED = 2;

  test('a server that waits for us', async () => {
    const clock = virtualClock();
    const start = clock.monotonic();
    const port = await serve(() => {});
    const asked = askAt(clock, `tcp://127.0.0.1:${port}`);
    await untilTimers(clock, CONNECTED);
    clock.advance(199.5);
    await new Promise(setImmediate);
    expect(clock.timers()).toBe(CONNECTED);
    clock.advance(0.5);
    const { ok, rttMs, addr, detail, findings } = await asked;
    expect({ ok, addr, detail }).toEqual({ ok: true, addr: '127.0.0.1', detail: 'connected' });
    // the wait for a first byte is no part of the time
    expect(findings).toEqual({ dns_ms: null, connect_ms: 0, first_byte_ms: null });
    expect([rttMs, clock.monotonic() - start, clock.timers()]).toEqual([0, 200, 0]);
  });

  test('the time is that of the connection', async () => {
    const virtual = virtualClock();
    // moves at each look: the time is that between the look before connecting and the one behind it
    const monotonic = (): number => {
      virtual.suspend(1.25);
      return virtual.monotonic();
    };
    const port = await serve((socket) => socket.write('220 hello\r\n'));
    const reply = await askAt({ ...virtual, monotonic }, `tcp://127.0.0.1:${port}`);
    expect(reply).toMatchObject({ ok: true, rttMs: 1.25, findings: { connect_ms: 1.25 } });
  });

  test('one that speaks first, and when', async () => {
    const clock = virtualClock();
    const port = await serve(async (socket) => {
      await untilTimers(clock, CONNECTED);
      clock.advance(60);
      socket.write('220 hello\r\n');
    });
    const { ok, detail, findings } = await askAt(clock, `tcp://127.0.0.1:${port}`);
    expect({ ok, detail }).toEqual({ ok: true, detail: 'connected, and it spoke first' });
    expect(findings.first_byte_ms).toBe(60);
    expect(clock.timers()).toBe(0);
  });

  test.each([
    ['hangs up', (socket: net.Socket) => void socket.end()],
    ['resets', (socket: net.Socket) => void socket.resetAndDestroy()],
  ])('one that %s', async (_, answer) => {
    const clock = virtualClock();
    const port = await serve(async (socket) => {
      await untilTimers(clock, CONNECTED);
      answer(socket);
    });
    expect(await askAt(clock, `tcp://127.0.0.1:${port}`)).toMatchObject({
      ok: true,
      detail: 'connected, and it hung up',
    });
  });

  test('one that floods is not listened to', async () => {
    let sent = 0;
    const port = await serve((socket) => {
      const more = (): void => {
        while (!socket.destroyed && sent < 1e9) {
          sent += 65_536;
          if (!socket.write(Buffer.alloc(65_536))) return;
        }
      };
      socket.on('drain', more);
      more();
    });
    expect((await askOnce(`tcp://127.0.0.1:${port}`)).detail).toBe('connected, and it spoke first');
    expect(sent).toBeLessThan(20_000_000);
  });

  test('IPv6', async ({ skip }) => {
    if (!(await hasIpv6())) skip('the loopback has no IPv6');
    const port = await serve(() => {}, '::1');
    expect(await askOnce(`tcp://[::1]:${port}`)).toMatchObject({ ok: true, addr: '::1' });
  });

  test('nobody listens', async () => {
    const { ok, rttMs, detail } = await askOnce(`tcp://127.0.0.1:${await closedPort()}`);
    expect({ ok, rttMs, detail }).toEqual({ ok: false, rttMs: null, detail: 'connection refused' });
  });

  test('a name without an address, a zone without an interface', async () => {
    expect(await askOnce('tcp://no-such-name.invalid:80')).toMatchObject({ ok: false, addr: null });
    // this machine lacks it: that says nothing of the target
    expect(await askOnce('tcp://[fe80::1%nowhere9]:80')).toMatchObject({ ok: null, detail: 'no interface nowhere9' });
  });

  test('the time is kept where the wait for a first byte would be longer', async () => {
    const clock = virtualClock();
    const start = clock.monotonic();
    const port = await serve(() => {});
    const asked = askAt(clock, `tcp://127.0.0.1:${port}`, 60);
    await untilTimers(clock, CONNECTED);
    clock.advance(60);
    expect(await asked).toMatchObject({ ok: true, detail: 'connected' });
    expect(clock.monotonic() - start).toBe(60);
  });
});
