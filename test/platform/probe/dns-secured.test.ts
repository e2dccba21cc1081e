import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import dnsPacket from 'dns-packet';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, type Certified, openAuthority } from '../../support/certificates.ts';
import { addresses, answerTo, framed } from '../../support/dns-server.ts';
import { askInTime, askOnce } from '../../support/probe-server.ts';
import { toolIsMissing } from '../../support/tool.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Listening = net.Server & { readonly on: net.Server['on'] };

async function listen(server: Listening, address = '127.0.0.1'): Promise<number> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  await once(server.listen(0, address), 'listening');
  closing.push(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

const good = (bytes: Buffer): Buffer => {
  const query = dnsPacket.decode(bytes);
  return answerTo(query, addresses(query, '192.0.2.1'));
};

describe.skipIf(toolIsMissing('openssl'))('with a certificate', () => {
  let authority: Authority;
  let certificate: Certified;
  const before = process.env.SSL_CERT_FILE;
  beforeAll(() => {
    authority = openAuthority();
    certificate = authority.issue('here', 'DNS:localhost,IP:127.0.0.1,IP:::1', 20);
    process.env.SSL_CERT_FILE = authority.file;
  });
  afterAll(() => {
    authority.remove();
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  });

  const dotServer = (serve: (socket: tls.TLSSocket) => void) =>
    tls.createServer({ ...certificate, ALPNProtocols: ['dot'] }, (socket) => {
      socket.on('error', () => {});
      serve(socket);
    });
  const answering = (socket: tls.TLSSocket): void =>
    void socket.on('data', (chunk: Buffer) => socket.write(framed(good(chunk.subarray(2)))));

  test.each(['127.0.0.1', '[::1]', 'localhost'])('dot://%s', async (host) => {
    const port = await listen(dotServer(answering), host === '[::1]' ? '::1' : '127.0.0.1');
    const { ok, detail, findings, rttMs } = await askOnce(`dot://${host}:${port}/example.org`);
    expect({ ok, detail }).toEqual({ ok: true, detail: 'NOERROR: 192.0.2.1 (TLS)' });
    expect(rttMs! + findings.connect_ms! + findings.tls_ms!).toBeLessThanOrEqual(findings.total_ms!);
    expect(findings.tls_ms).toBeGreaterThan(0);
  });

  test('a server whose certificate is not to be trusted is not asked', async () => {
    for (const [certified, detail] of [
      [authority.selfSigned('self', 'IP:127.0.0.1'), /^the certificate is self-signed$/],
      [authority.issue('other', 'DNS:example.net', 20), /^the certificate is for another host: DNS:example.net$/],
    ] as const) {
      let bytes = 0;
      const server = tls.createServer(certified, (socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
      });
      for (const kind of ['dot', 'doh']) {
        const reply = await askOnce(`${kind}://127.0.0.1:${await listen(server)}/x`);
        expect({ ok: reply.ok, rttMs: reply.rttMs, bytes }).toEqual({ ok: false, rttMs: null, bytes: 0 });
        expect(reply.detail).toMatch(detail);
        await new Promise((resolve) => server.close(resolve));
      }
    }
  });

  test.each<[string, (socket: tls.TLSSocket) => void, RegExp]>([
    ['is silent', () => {}, /^no answer within 200 ms$/],
    ['closes at once', (socket) => socket.end(), /^the server hung up without an answer$/],
    ['sends garbage', (socket) => void socket.write(Buffer.alloc(1000, 7)), /^no answer within 200 ms/],
  ])('a server of dot that %s', async (_, serve, detail) => {
    const reply = await askOnce(`dot://127.0.0.1:${await listen(dotServer(serve))}/x`, 200);
    expect(reply.ok).toBe(false);
    expect(reply.detail).toMatch(detail);
  });

  const dohServers = {
    'HTTP/2': (serve: Parameters<typeof https.createServer>[1]) =>
      http2.createSecureServer({ ...certificate, allowHTTP1: true }, serve as never),
    'HTTP/1.1': (serve: Parameters<typeof https.createServer>[1]) => https.createServer({ ...certificate }, serve),
  };

  describe.each(Object.entries(dohServers))('doh by %s', (version, serverOf) => {
    test.each(['GET', 'POST'])('%s', async (method) => {
      const seen: unknown[] = [];
      const server = serverOf!((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const url = new URL(request.url!, 'https://localhost');
          const query =
            request.method === 'GET' ? Buffer.from(url.searchParams.get('dns')!, 'base64url') : Buffer.concat(chunks);
          seen.push([request.method, url.pathname, request.headers.accept, query.readUInt16BE()]);
          response.setHeader('content-type', 'application/dns-message');
          response.end(good(query));
        });
      });
      const port = await listen(server as never);
      const { ok, detail, findings } = await askOnce(`doh://127.0.0.1:${port}/example.org?method=${method}&path=/q`);
      expect({ ok, detail }).toEqual({ ok: true, detail: `NOERROR: 192.0.2.1 (${version})` });
      expect(findings).toMatchObject({ rcode: 'NOERROR', answers: ['192.0.2.1'] });
      expect(seen).toEqual([[method, '/q', 'application/dns-message', 0]]);
    });

    test.each<[string, Parameters<typeof https.createServer>[1], RegExp]>([
      ['knows no such path', (_, response) => response.writeHead(404).end(), /^HTTP status 404$/],
      ['redirects', (_, to) => to.writeHead(302, { location: 'https://localhost/' }).end(), /^HTTP status 302$/],
      [
        'answers with a page',
        (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        /^the answer is no application\/dns-message but text\/html$/,
      ],
      ['is silent', () => {}, /^no answer within 300 ms$/],
      ['closes at once', (request) => void request.socket.destroy(), /^the server hung up without an answer$/],
      [
        'answers something else',
        (_, to) => to.writeHead(200, { 'content-type': 'application/dns-message' }).end(Buffer.alloc(40)),
        /^the server answers something else than was asked$/,
      ],
      [
        'sends without end',
        (_, response) => {
          response.writeHead(200, { 'content-type': 'application/dns-message' });
          const flood = (): void => {
            if (response.writable && !response.destroyed)
              response.write(Buffer.alloc(16_384), () => setImmediate(flood));
          };
          flood();
        },
        /^the answer is longer than 65535 bytes$/,
      ],
      [
        'stops within its answer',
        (_, response) => {
          response.writeHead(200, { 'content-type': 'application/dns-message', 'content-length': '500' });
          response.write(Buffer.alloc(10), () => setTimeout(() => response.destroy(), 10));
        },
        /^the server hung up without an answer$|^the server answers something else than was asked$/,
      ],
    ])('a server that %s', async (_, serve, detail) => {
      const port = await listen(serverOf!(serve) as never);
      const reply = await askOnce(`doh://127.0.0.1:${port}/x`, 300);
      expect(reply.detail).toMatch(detail);
      expect({ ok: reply.ok, rttMs: reply.rttMs }).toEqual({ ok: false, rttMs: null });
    });
  });

  test('what is no HTTP', async () => {
    const port = await listen(tls.createServer({ ...certificate }, (socket) => void socket.end('SSH-2.0-x\r\n')));
    expect(await askOnce(`doh://127.0.0.1:${port}/x`, 300)).toMatchObject({
      ...{ ok: false, detail: 'the answer is no HTTP' },
    });
    const two = await listen(
      tls.createServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => {
        socket.on('error', () => {});
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
      }),
    );
    expect(await askOnce(`doh://127.0.0.1:${two}/x`, 300)).toMatchObject({ ok: false });
  });
});

describe.skipIf(toolIsMissing('openssl'))('HTTP/2 that goes wrong', () => {
  /** RFC 9113, 4.1: length, type, flags, stream, and what the frame holds. */
  const frame = (type: number, flags: number, stream: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(body.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, body]);
  };
  const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
  const PING = frame(6, 0, 0, Buffer.alloc(8));
  const GOAWAY = frame(7, 0, 0, Buffer.from('000000000000000b', 'hex'));
  const HEADERS = frame(1, 0, 1, Buffer.alloc(16_384, 0x40)); // without END_HEADERS: more would follow
  const repeated =
    (one: Buffer) =>
    (socket: tls.TLSSocket): void => {
      const many = Buffer.concat(Array.from({ length: 50 }, () => one));
      const flood = (): void => void (socket.writable && socket.write(many, () => setImmediate(flood)));
      socket.write(SETTINGS);
      flood();
    };

  test.each<[string, (socket: tls.TLSSocket) => void]>([
    ['never says a word', () => {}],
    ['says SETTINGS, and no more', (socket) => void socket.write(SETTINGS)],
    ['sends SETTINGS without end', repeated(SETTINGS)],
    ['sends PING without end', repeated(PING)],
    ['sends headers without end', repeated(HEADERS)],
    ['goes away', (socket) => void socket.write(Buffer.concat([SETTINGS, GOAWAY]))],
    ['hangs up', (socket) => void socket.end(SETTINGS)],
  ])('a server that %s', async (_, serve) => {
    const authority = openAuthority();
    const before = process.env.SSL_CERT_FILE;
    process.env.SSL_CERT_FILE = authority.file;
    try {
      const certified = authority.issue('here', 'IP:127.0.0.1', 20);
      const server = tls.createServer({ ...certified, ALPNProtocols: ['h2'] }, (socket) => {
        socket.on('error', () => {}).resume();
        serve(socket);
      });
      const rss = process.memoryUsage().rss;
      const reply = await askInTime(`doh://127.0.0.1:${await listen(server)}/x`, 400);
      expect({ ok: reply.ok, rttMs: reply.rttMs }).toEqual({ ok: false, rttMs: null });
      expect(reply.detail).toMatch(/^(no answer within 400 ms|the answer is no HTTP\/2|the server hung up.*)$/);
      expect(process.memoryUsage().rss - rss).toBeLessThan(100e6);
    } finally {
      if (before === undefined) delete process.env.SSL_CERT_FILE;
      else process.env.SSL_CERT_FILE = before;
      authority.remove();
    }
  });
});

test.each(['dot', 'doh'])('%s with a server that speaks no TLS, or hangs in it', async (kind) => {
  const { default: plain } = await import('node:net');
  const hanging = await listen(plain.createServer(() => {}));
  expect(await askOnce(`${kind}://127.0.0.1:${hanging}/x`, 200)).toMatchObject({
    ...{ ok: false, rttMs: null, detail: 'no TLS handshake within 200 ms' },
  });
  const shouting = await listen(plain.createServer((socket) => void socket.end('220 hello\r\n')));
  const shouted = await askOnce(`${kind}://127.0.0.1:${shouting}/x`, 300);
  expect(shouted.ok).toBe(false);
  expect(shouted.detail).toMatch(/^the server does not speak TLS$/);
  const closing = await listen(plain.createServer((socket) => socket.destroy()));
  expect((await askOnce(`${kind}://127.0.0.1:${closing}/x`, 300)).detail).toMatch(
    /^the server hung up during the TLS handshake$|reset/,
  );
});
