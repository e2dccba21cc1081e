import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, type Certified, openAuthority } from '../../support/certificates.ts';
import {
  askInTime,
  askOnce,
  closedPort,
  hasIpv6,
  listenOn,
  type ProbeServer,
  rawServer,
} from '../../support/probe-server.ts';
import { toolIsMissing } from '../../support/tool.ts';

const HERE = 'DNS:localhost,IP:127.0.0.1,IP:::1';
const servers: ProbeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe.skipIf(toolIsMissing('openssl'))('tls', () => {
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
  const serve = async (certified: Certified, options: tls.TlsOptions = {}, address?: string): Promise<number> => {
    const server = tls.createServer({ ...certified, ...options });
    server.on('tlsClientError', () => {}).on('secureConnection', (socket) => socket.on('error', () => {}));
    servers.push(await listenOn(server, address));
    return servers.at(-1)!.port;
  };
  const raw = async (answer: (socket: net.Socket) => void): Promise<number> => {
    servers.push(await rawServer(answer));
    return servers.at(-1)!.port;
  };

  test('a good one: version, cipher, names, days and the protocol above', async () => {
    const port = await serve(authority.issue('good', HERE, 20), { ALPNProtocols: ['h2', 'http/1.1'] });
    const { ok, detail, rttMs, addr, findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect({ ok, detail, addr }).toEqual({
      ok: true,
      detail: expect.stringMatching(/^TLSv1\.3, expires in (19|20) days, h2$/),
      addr: '127.0.0.1',
    });
    expect(findings).toMatchObject({
      tls_version: 'TLSv1.3',
      tls_cipher: expect.stringMatching(/^TLS_(AES|CHACHA20)_/),
      tls_subject: 'CN=good',
      tls_issuer: 'CN=Test Authority, O=Netwatch Tests',
      tls_certificates: 2,
      tls_alpn: 'h2',
    });
    expect(findings.tls_days).toBeCloseTo(20, 1);
    expect(Date.parse(findings.tls_expires!) - Date.now()).toBeGreaterThan(19.9 * 86_400_000);
    expect(rttMs).toBe(findings.total_ms);
    expect(findings.connect_ms! + findings.tls_ms!).toBeLessThanOrEqual(rttMs!);
  });

  test('the first of a chain to expire counts: here the issuer', async () => {
    const port = await serve(authority.issue('long', HERE, 90)); // the authority has 30 days
    const { findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect(findings.tls_days).toBeCloseTo(30, 1);
  });

  test('TLS 1.2', async () => {
    const port = await serve(authority.issue('good', HERE, 20), { maxVersion: 'TLSv1.2' });
    const { ok, findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect({ ok, version: findings.tls_version }).toEqual({ ok: true, version: 'TLSv1.2' });
  });

  test('a name is sent (SNI), an address is not', async () => {
    const names: string[] = [];
    const SNICallback: tls.TlsOptions['SNICallback'] = (name, answer) => {
      names.push(name);
      answer(null);
    };
    const port = await serve(authority.issue('good', HERE, 20), { SNICallback });
    expect((await askOnce(`tls://127.0.0.1:${port}`)).ok).toBe(true);
    expect(names).toEqual([]);
    const { addr } = await askOnce(`tls://localhost:${port}`);
    // where localhost is ::1 first, nobody listens there
    expect(names).toEqual(addr === '127.0.0.1' ? ['localhost'] : []);
  });

  test('IPv6', async ({ skip }) => {
    if (!(await hasIpv6())) skip('the loopback has no IPv6');
    const port = await serve(authority.issue('good', HERE, 20), {}, '::1');
    expect(await askOnce(`tls://[::1]:${port}`)).toMatchObject({ ok: true, addr: '::1' });
  });

  test('expired: since when', async () => {
    const port = await serve(authority.issue('old', HERE, -1));
    const { ok, detail, rttMs, findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect({ ok, detail }).toEqual({ ok: false, detail: 'the certificate has expired' });
    expect(rttMs).not.toBeNull();
    expect(findings.tls_days).toBeCloseTo(-1, 1);
  });

  test('self-signed', async () => {
    const port = await serve(authority.selfSigned('own', HERE));
    const { ok, detail, findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect({ ok, detail }).toEqual({ ok: false, detail: 'the certificate is self-signed' });
    expect(findings).toMatchObject({ tls_certificates: 1, tls_subject: 'CN=own, O=Netwatch Tests' });
  });

  test('for another host, and expired as well: both are said', async () => {
    const wrong = await serve(authority.issue('wrong', 'DNS:example.org,DNS:example.net', 20));
    expect((await askOnce(`tls://127.0.0.1:${wrong}`)).detail).toBe(
      'the certificate is for another host: DNS:example.org, DNS:example.net',
    );
    const both = await serve(authority.issue('wrong', 'DNS:example.org', -1));
    expect((await askOnce(`tls://127.0.0.1:${both}`)).detail).toBe(
      'the certificate has expired; the certificate is for another host: DNS:example.org',
    );
  });

  test('of an authority that is not trusted here', async () => {
    const stranger = openAuthority();
    try {
      const { cert, key } = stranger.issue('stranger', HERE, 20);
      const port = await serve({ cert, key });
      const { ok, detail } = await askOnce(`tls://127.0.0.1:${port}`);
      expect({ ok, detail }).toEqual({
        ok: false,
        detail: 'the issuer of the certificate is not known here, and the server sends no certificate of it',
      });
    } finally {
      stranger.remove();
    }
  });

  test('roots that cannot be read leave it unknown', async () => {
    const port = await serve(authority.issue('good', HERE, 20));
    try {
      for (const [file, said] of [
        ['/nonexistent/roots.pem', 'SSL_CERT_FILE: no certificates in /nonexistent/roots.pem'],
        [import.meta.filename, /^(SSL_CERT_FILE: no certificates in|the roots that are trusted here cannot be read)/],
      ] as const) {
        process.env.SSL_CERT_FILE = file;
        const { ok, detail } = await askOnce(`tls://127.0.0.1:${port}`);
        expect(ok).toBeNull();
        expect(detail).toMatch(said);
      }
    } finally {
      process.env.SSL_CERT_FILE = authority.file;
    }
  });

  test('roots are those of the file that is named now', async () => {
    const port = await serve(authority.issue('good', HERE, 20));
    const other = openAuthority();
    try {
      process.env.SSL_CERT_FILE = other.file;
      expect((await askOnce(`tls://127.0.0.1:${port}`)).detail).toMatch(/not known here/);
    } finally {
      process.env.SSL_CERT_FILE = authority.file;
      other.remove();
    }
    expect((await askOnce(`tls://127.0.0.1:${port}`)).ok).toBe(true);
  });

  test('a server that wants a protocol nobody offered is asked without an offer', async () => {
    const port = await serve(authority.issue('good', HERE, 20), { ALPNProtocols: ['imap'] });
    const { ok, findings } = await askOnce(`tls://127.0.0.1:${port}`);
    expect({ ok, alpn: findings.tls_alpn }).toEqual({ ok: true, alpn: null });
  });

  test('certificates without end are not kept', async () => {
    const { cert, key } = authority.issue('flood', HERE, 20);
    const port = await serve({ cert: cert + Array.from({ length: 2000 }, () => cert).join(''), key });
    const { ok, detail } = await askOnce(`tls://127.0.0.1:${port}`, 5000);
    expect({ ok, detail }).toEqual({ ok: false, detail: 'the certificates of the server are too long' });
  });

  test('nobody listens', async () => {
    expect(await askOnce(`tls://127.0.0.1:${await closedPort()}`)).toMatchObject({
      ok: false,
      rttMs: null,
      detail: 'connection refused',
    });
  });

  /** What it does, and what is said of it. */
  const BAD: Readonly<Record<string, readonly [(socket: net.Socket) => void, RegExp]>> = {
    hangs: [() => {}, /^no TLS handshake within 1000 ms$/],
    closes: [(socket) => socket.end(), /^the server hung up during the TLS handshake$/],
    'speaks HTTP': [(socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /^the server does not speak TLS$/],
    'speaks garbage': [
      (socket) => socket.end(randomBytes(1000).fill(0x99, 0, 1)),
      /^(the server does not speak TLS|TLS: )/,
    ],
    'sends an alert': [(socket) => socket.end(Buffer.from('15030300020228', 'hex')), /^TLS: .*handshake failure$/],
    'stops in a record': [
      (socket) => socket.end(Buffer.from('160303ffff02', 'hex')),
      /^(the server hung up during|the server does not|TLS: )/,
    ],
    'drips bytes': [
      (socket) => {
        const bytes = Buffer.from('1603034000', 'hex');
        let at = 0;
        const timer = setInterval(() => socket.write(bytes.subarray(at % 5, (at++ % 5) + 1)), 20);
        socket.on('close', () => clearInterval(timer));
      },
      /^(no TLS handshake within 1000 ms|TLS: |the server does not)/,
    ],
    'floods zeros': [
      (socket) => {
        const more = (): void => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
        };
        socket.on('drain', more);
        more();
      },
      /^(the server does not speak TLS|TLS: |the server hung up)/,
    ],
  };
  test.each(Object.keys(BAD))('a server that %s', async (name) => {
    const [serveBadly, said] = BAD[name]!;
    const port = await raw((socket) => socket.once('data', () => serveBadly(socket)));
    const timeoutMs = said.source.includes('1000 ms') ? 1000 : 20_000;
    const { ok, rttMs, detail, findings } = await askInTime(`tls://127.0.0.1:${port}`, timeoutMs);
    expect(detail).toMatch(said);
    expect({ ok, rttMs }).toEqual({ ok: false, rttMs: null });
    expect(findings.connect_ms).toBeGreaterThan(0);
  });
});
