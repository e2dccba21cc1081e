import type net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { askOnce, closedPort, hasIpv6, type ProbeServer, rawServer } from '../../support/probe-server.ts';

const servers: ProbeServer[] = [];
const serve = async (answer: (socket: net.Socket) => void, address?: string): Promise<number> => {
  servers.push(await rawServer(answer, address));
  return servers.at(-1)!.port;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe('tcp', () => {
  test('a server that waits for us', async () => {
    const port = await serve(() => {});
    const { ok, rttMs, addr, detail, findings } = await askOnce(`tcp://127.0.0.1:${port}`);
    expect({ ok, addr, detail }).toEqual({ ok: true, addr: '127.0.0.1', detail: 'connected' });
    expect(findings).toEqual({ dns_ms: null, connect_ms: rttMs, first_byte_ms: null });
    expect(rttMs).toBeLessThan(50); // the wait for a first byte is no part of it
  });

  test('one that speaks first, and when', async () => {
    const port = await serve((socket) => void setTimeout(() => socket.write('220 hello\r\n'), 60));
    const { ok, detail, findings } = await askOnce(`tcp://127.0.0.1:${port}`);
    expect({ ok, detail }).toEqual({ ok: true, detail: 'connected, and it spoke first' });
    expect(findings.first_byte_ms).toBeGreaterThan(55);
    expect(findings.first_byte_ms).toBeLessThan(120);
  });

  test.each([
    ['hangs up', (socket: net.Socket) => void socket.end()],
    ['resets', (socket: net.Socket) => void setTimeout(() => socket.resetAndDestroy(), 30)],
  ])('one that %s', async (_, answer) => {
    const port = await serve(answer);
    expect(await askOnce(`tcp://127.0.0.1:${port}`)).toMatchObject({ ok: true, detail: 'connected, and it hung up' });
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
    expect(await askOnce('tcp://[fe80::1%nowhere9]:80')).toMatchObject({ ok: false, detail: 'no interface nowhere9' });
  });

  test('the time is kept where the wait for a first byte would be longer', async () => {
    const port = await serve(() => {});
    const start = performance.now();
    expect((await askOnce(`tcp://127.0.0.1:${port}`, 60)).ok).toBe(true);
    expect(performance.now() - start).toBeLessThan(120);
  });
});
