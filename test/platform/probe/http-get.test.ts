import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { type Authority, openAuthority } from '../../support/certificates.ts';
import {
  askAt,
  askInTime,
  askOnce,
  closedPort,
  hasIpv6,
  listenOn,
  type ProbeServer,
  rawServer,
} from '../../support/probe-server.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const servers: ProbeServer[] = [];
const kept = async (server: Promise<ProbeServer>): Promise<number> => {
  servers.push(await server);
  return servers.at(-1)!.port;
};
const serve = (answer: http.RequestListener, address?: string): Promise<number> =>
  kept(listenOn(http.createServer(answer), address));
const raw = (answer: (socket: net.Socket) => void): Promise<number> => kept(rawServer(answer));
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe('http', () => {
  test('phases, status and body of an answer', async () => {
    const virtual = virtualClock();
    let reads = 0;
    const clock = {
      ...virtual,
      monotonic() {
        reads++;
        return virtual.monotonic();
      },
    };
    let asked: http.IncomingMessage | null = null;
    const port = await serve(async (request, response) => {
      asked = request;
      clock.advance(60);
      const before = reads;
      response.write('a'.repeat(1000));
      while (reads === before) await new Promise(setImmediate); // until the first byte has come, and its time was looked at
      clock.advance(40);
      response.end('b'.repeat(500));
    });
    const { ok, rttMs, addr, detail, findings } = await askAt(clock, `http://127.0.0.1:${port}/a/b?c=d#e`);
    expect({ ok, addr, detail }).toEqual({ ok: true, addr: '127.0.0.1', detail: '200 OK' });
    expect(findings).toMatchObject({ dns_ms: null, http_status: 200, body_bytes: 1500 });
    expect(findings).toMatchObject({ connect_ms: 0, first_byte_ms: 60, total_ms: 100 });
    expect(findings.body_rate).toBeCloseTo(1500 / 0.1, 6);
    expect(rttMs).toBe(findings.total_ms);
    expect(asked!.method).toBe('GET');
    expect(asked!.url).toBe('/a/b?c=d');
    expect(asked!.headers).toEqual({
      host: `127.0.0.1:${port}`,
      'user-agent': `netwatch/${packageJson.version}`,
      accept: '*/*',
      connection: 'close',
    });
  });

  test('a name is resolved, in time of its own, and is the Host', async () => {
    let host: string | undefined;
    const port = await serve((request, response) => {
      ({ host } = request.headers);
      response.end();
    });
    const { ok, findings } = await askOnce(`http://localhost:${port}`);
    // where localhost is ::1 first, nobody listens there
    if (ok) expect(host).toBe(`localhost:${port}`);
    expect(findings.dns_ms).toBeGreaterThan(0);
  });

  test('IPv6', async ({ skip }) => {
    if (!(await hasIpv6())) skip('the loopback has no IPv6');
    let host: string | undefined;
    const port = await serve((request, response) => {
      ({ host } = request.headers);
      response.end('x');
    }, '::1');
    const { ok, addr, findings } = await askOnce(`http://[::1]:${port}/`);
    expect({ ok, addr, host, bytes: findings.body_bytes }).toEqual({
      ok: true,
      addr: '::1',
      host: `[::1]:${port}`,
      bytes: 1,
    });
  });

  test('each probe has a connection of its own', async () => {
    const from = new Set<number>();
    const port = await serve((request, response) => {
      from.add(request.socket.remotePort!);
      response.end();
    });
    for (let n = 0; n < 3; n++) expect((await askOnce(`http://127.0.0.1:${port}`)).ok).toBe(true);
    expect(from.size).toBe(3);
  });

  test.each([
    [204, true],
    [404, false],
    [500, false],
  ])('status %d is ok: %s', async (status, ok) => {
    const port = await serve((_, response) => response.writeHead(status).end());
    const found = await askOnce(`http://127.0.0.1:${port}`);
    expect(found.ok).toBe(ok);
    expect(found.rttMs).not.toBeNull(); // it answered
    expect(found.detail).toBe(`${status} ${http.STATUS_CODES[status]}`);
  });

  test('a redirect is told of, not followed, and cut where it is long', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked++;
      response.writeHead(302, { Location: `/${'x'.repeat(5000)}` }).end();
    });
    const { ok, detail } = await askOnce(`http://127.0.0.1:${port}`);
    expect(ok).toBe(true);
    expect(detail).toMatch(/^302 Found, to \/x{150,198}…$/);
    expect(asked).toBe(1);
  });

  test('nobody listens', async () => {
    const { ok, rttMs, detail } = await askOnce(`http://127.0.0.1:${await closedPort()}`);
    expect({ ok, rttMs, detail }).toEqual({ ok: false, rttMs: null, detail: 'connection refused' });
  });

  test('the run is interrupted', async () => {
    const port = await raw(() => {});
    const over = new AbortController();
    setTimeout(() => over.abort(), 50);
    const { ok, detail } = await askOnce(`http://127.0.0.1:${port}`, 10_000, over.signal);
    expect({ ok, detail }).toEqual({ ok: false, detail: 'interrupted' });
  });
});

describe('bad servers', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n';
  const flood = (socket: net.Socket, chunk: Buffer): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  };
  /** What it does, what is said of it, and for how long at most it may be looked at. */
  const BAD: Readonly<Record<string, readonly [(socket: net.Socket) => void, RegExp]>> = {
    hangs: [() => {}, /^no answer within 1000 ms$/],
    closes: [(socket) => socket.end(), /^the server hung up$/],
    resets: [(socket) => socket.resetAndDestroy(), /^(the server hung up|connection reset by peer)$/],
    'speaks garbage': [(socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), /^the answer is no HTTP$/],
    'sends zeros': [(socket) => flood(socket, Buffer.alloc(65_536)), /^the answer is no HTTP$/],
    'stops in the header': [(socket) => socket.end(`${HEAD}Content-Le`), /^the server hung up$/],
    'has an endless header': [
      (socket) => {
        socket.write(HEAD);
        flood(socket, Buffer.from(`X-More: ${'y'.repeat(1000)}\r\n`));
      },
      /^the header has more than 65536 bytes$/,
    ],
    'sends 100 Continue for ever': [
      (socket) => flood(socket, Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')),
      /^no answer within 1000 ms$/,
    ],
    'cuts the body short': [
      (socket) => socket.end(`${HEAD}Content-Length: 1000\r\n\r\n${'z'.repeat(10)}`),
      /^200 OK; the server hung up \(10 bytes of the body came\)$/,
    ],
    'has a chunk of less than nothing': [
      (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n-5\r\nx\r\n`),
      /^200 OK; a chunk of the body does not say its size \(0 bytes of the body came\)$/,
    ],
    'drips the body': [
      (socket) => {
        socket.write(`${HEAD}Content-Length: 1000\r\n\r\n`);
        const timer = setInterval(() => socket.write('.'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      /^200 OK; no end of the body within 1000 ms \(\d+ bytes of the body came\)$/,
    ],
    'drips the header': [
      (socket) => {
        const timer = setInterval(() => socket.write('H'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      /^(no answer within 1000 ms|the answer is no HTTP)$/,
    ],
  };
  /** What does not end by itself is given up soon, and the rest has the time that it takes on a busy machine. */
  const timeoutOf = (said: RegExp): number => (said.source.includes('1000 ms') ? 1000 : 20_000);
  test.each(Object.keys(BAD))('one that %s', async (name) => {
    const [serveBadly, said] = BAD[name]!;
    const port = await raw((socket) => socket.once('data', () => serveBadly(socket)));
    const { ok, rttMs, detail } = await askInTime(`http://127.0.0.1:${port}`, timeoutOf(said));
    expect(detail).toMatch(said);
    expect({ ok, rttMs }).toEqual({ ok: false, rttMs: null });
  });

  test('a body of 1 GB is read as far as 10 MB, in flat memory', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20);
    const port = await raw((socket) =>
      socket.once('data', () => {
        socket.write(`${HEAD}Content-Length: 1000000000\r\n\r\n`);
        const more = (): void => {
          while (!socket.destroyed && sent < 1e9) {
            sent += chunk.length;
            if (!socket.write(chunk)) return;
          }
        };
        socket.on('drain', more);
        more();
      }),
    );
    const before = process.memoryUsage().rss;
    const { ok, findings } = await askOnce(`http://127.0.0.1:${port}`, 10_000);
    expect({ ok, bytes: findings.body_bytes }).toEqual({ ok: true, bytes: 10_000_000 });
    expect(sent).toBeLessThan(40_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  test('other protocols that a server changes to are only told of', async () => {
    const port = await raw((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      ),
    );
    expect(await askOnce(`http://127.0.0.1:${port}`)).toMatchObject({ ok: true, detail: '101 Switching Protocols' });
  });
});

describe.skipIf(toolIsMissing('openssl'))('https', () => {
  let authority: Authority;
  const before = process.env.SSL_CERT_FILE;
  beforeAll(() => {
    authority = openAuthority();
    process.env.SSL_CERT_FILE = authority.file;
  });
  afterAll(() => {
    authority.remove();
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  });

  test('a good certificate: all phases, and what it says', async () => {
    const certified = authority.issue('test', 'DNS:localhost,IP:127.0.0.1', 10);
    const port = await kept(listenOn(https.createServer(certified, (_, response) => response.end('hello'))));
    const { ok, detail, rttMs, findings } = await askOnce(`https://127.0.0.1:${port}`);
    expect({ ok, detail }).toEqual({ ok: true, detail: '200 OK' });
    expect(findings).toMatchObject({
      http_status: 200,
      body_bytes: 5,
      tls_version: 'TLSv1.3',
      tls_subject: 'CN=test',
      tls_issuer: 'CN=Test Authority, O=Netwatch Tests',
      tls_certificates: 2,
      tls_alpn: 'http/1.1',
    });
    expect(findings.tls_days).toBeCloseTo(10, 1);
    const { connect_ms, tls_ms, first_byte_ms, total_ms } = findings;
    expect(connect_ms! + tls_ms! + first_byte_ms!).toBeLessThan(total_ms!);
    expect(rttMs).toBe(total_ms);
  });

  test('nothing is sent where the certificate is for another host', async () => {
    let asked = 0;
    const certified = authority.issue('other', 'DNS:other.example', 10);
    const port = await kept(
      listenOn(
        https.createServer(certified, (_, response) => {
          asked++;
          response.end();
        }),
      ),
    );
    const { ok, rttMs, detail, findings } = await askOnce(`https://127.0.0.1:${port}/?token=secret`);
    expect({ ok, rttMs, detail }).toEqual({
      ok: false,
      rttMs: null,
      detail: 'the certificate is for another host: DNS:other.example',
    });
    expect(findings.tls_subject).toBe('CN=other');
    expect(findings).not.toHaveProperty('http_status');
    expect(asked).toBe(0);
  });
});
