import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type HttpListener, listenHttp } from '../../../src/platform/listener/http-listener.ts';

const LONG: Answer = { status: 200, type: 'text/plain', text: 'netwatch '.repeat(1000), policy: "default-src 'none'" };
let listener: HttpListener;
const faults: unknown[] = [];
/** Ends the answers to /slow. */
const waiting: (() => void)[] = [];
const sockets: net.Socket[] = [];
beforeEach(async () => {
  waiting.length = 0;
  faults.length = 0;
  const answers = {
    '/metrics': async (accept: string) => ({ ...LONG, text: `accept ${accept}` }),
    '/long': async () => LONG,
    '/slow': async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return LONG;
    },
    '/broken': async () => {
      throw new Error('no luck');
    },
  };
  listener = await listenHttp({ host: '127.0.0.1', port: 0 }, ['web.example.org'], answers, (error) =>
    faults.push(error),
  );
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  listener.close();
});

interface Got {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(path: string, options: http.RequestOptions = {}, body: string | null = null): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: listener.port, path, agent: false, ...options },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) });
        });
      },
    );
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

/** What a connection answers to these bytes until it is closed. */
function say(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(listener.port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (piece) => (answer += piece.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

test('GET and HEAD: the headers are the same, and nothing invites other sites', async () => {
  const got = await ask('/metrics?x=1', { headers: { accept: 'a/b' } });
  expect([got.status, got.body.toString()]).toEqual([200, 'accept a/b']);
  const head = await ask('/metrics', { method: 'HEAD', headers: { accept: 'a/b' } });
  expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, '10']);
  expect(Object.keys(got.headers).filter((name) => /^access-control|^location$|^set-cookie$/.test(name))).toEqual([]);
  expect(got.headers).toMatchObject({
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
});

test.each<[string, string, http.RequestOptions, number]>([
  ['another path', '/nothing', {}, 404],
  ['a path of an object', '/constructor', {}, 404],
  ['a path with a slash more', '/metrics/', {}, 404],
  ['a path that leads up', '/../metrics', {}, 404],
  ['a method', '/metrics', { method: 'POST' }, 405],
  ['a preflight', '/metrics', { method: 'OPTIONS', headers: { origin: 'http://evil.example.org' } }, 405],
  ['a host of a stranger', '/metrics', { headers: { host: 'evil.example.org' } }, 421],
  ['a host that is allowed', '/metrics', { headers: { host: 'WEB.example.org:80' } }, 200],
  ['a body', '/metrics', { headers: { 'content-length': '3' } }, 400],
  ['a body in pieces', '/metrics', { headers: { 'transfer-encoding': 'chunked' } }, 400],
  ['headers without an end', '/metrics', { headers: { cookie: 'x'.repeat(20_000) } }, 431],
])('%s: %s %j is %s', async (_what, path, options, status) => {
  expect((await ask(path, options)).status).toBe(status);
});

test('405 says what may be asked, and what is broken is told to us and not to the client', async () => {
  expect((await ask('/metrics', { method: 'PUT' })).headers.allow).toBe('GET, HEAD');
  const { status, body } = await ask('/broken');
  expect([status, body.toString()]).toEqual([500, 'a bug in netwatch\n']);
  expect(faults).toEqual([new Error('no luck')]);
});

test('gzip, for who takes it and where it is worth it', async () => {
  const packed = await ask('/long', { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body).toString()).toBe(LONG.text);
  expect(packed.headers['content-length']).toBe(String(packed.body.length));
  const refused = await ask('/long', { headers: { 'accept-encoding': 'gzip;q=0' } });
  expect([refused.headers['content-encoding'], refused.body.toString()]).toEqual([undefined, LONG.text]);
  const short = await ask('/metrics', { headers: { 'accept-encoding': 'gzip' } });
  expect(short.headers['content-encoding']).toBeUndefined();
});

test('what is no HTTP is answered with 400 and let go', async () => {
  expect(await say('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await say('GET /metrics HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await say('GET /metrics HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(
    await say('GET http://evil.example.org/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
  ).toMatch(/^HTTP\/1\.1 404 /);
  expect(await say('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example.org\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await say('CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
});

test('a port in use is told, with the command that tells by whom, and so is an address of nobody here', async () => {
  const { port } = listener;
  const none = {};
  await expect(listenHttp({ host: '127.0.0.1', port }, [], none, () => {})).rejects.toMatchObject({
    exit: 69,
    message: `cannot listen on 127.0.0.1:${port}: the port is in use`,
    hint: `netwatch conns --listen --port ${port} tells by whom`,
  });
  await expect(listenHttp({ host: '192.0.2.1', port: 0 }, [], none, () => {})).rejects.toMatchObject({
    exit: 69,
    message: 'cannot listen on 192.0.2.1:0: it is no address of this machine',
  });
});

describe('64 clients are there already', () => {
  const MOST = 64;
  /** Connects and says this; whether it is still connected is known at any time. */
  async function connect(bytes: string): Promise<{ readonly socket: net.Socket; isOpen: boolean; got: string }> {
    const socket = net.connect(listener.port, '127.0.0.1');
    const client = { socket, isOpen: true, got: '' };
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      client.isOpen = false;
    });
    socket.on('data', (piece) => {
      client.got += piece.toString('latin1');
    });
    await once(socket, 'connect');
    socket.write(bytes);
    return client;
  }
  async function connectAll(bytes: string): Promise<Awaited<ReturnType<typeof connect>>[]> {
    const clients: Awaited<ReturnType<typeof connect>>[] = [];
    for (let n = 0; n < MOST; n++) clients.push(await connect(bytes));
    return clients;
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await setTimeout(5);
  };
  const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  test('that have sent no whole request: the oldest gives its place, and who asks is answered at once', async () => {
    const slow = await connectAll('GET /metrics HTTP/1.1\r\nHo');
    for (let asked = 1; asked <= 3; asked++) {
      for (const { socket } of slow) socket.write('s');
      expect((await ask('/metrics')).status).toBe(200);
      await until(() => !slow[0]!.isOpen);
    }
    // no other was let go of: who has been answered closed, and left its place to the next
    expect(slow.slice(1).every(({ isOpen }) => isOpen)).toBe(true);
  });

  test('that have their answers: the first of them gives its place', async () => {
    const served = await connectAll(GET('/metrics'));
    await until(() => served.every(({ got }) => got.includes('accept')));
    expect((await ask('/metrics')).status).toBe(200);
    await until(() => !served[0]!.isOpen);
    expect(served.slice(1).every(({ isOpen }) => isOpen)).toBe(true);
  });

  test('one that is silent gives its place before those that are served', async () => {
    const [first, ...rest] = await connectAll('');
    for (const { socket } of rest) socket.write(GET('/metrics'));
    await until(() => rest.every(({ got }) => got.includes('accept')));
    const other = await connect(GET('/metrics'));
    await until(() => other.got.includes('accept'));
    await until(() => !first!.isOpen);
    expect(rest.every(({ isOpen }) => isOpen)).toBe(true);
  });

  test('that wait for answers: nobody gives a place, and one more is turned away', async () => {
    const asking = await connectAll(GET('/slow'));
    await until(() => waiting.length === MOST);
    await expect(ask('/metrics')).rejects.toMatchObject({ code: 'ECONNRESET' });
    for (const answer of waiting) answer();
    await until(() => asking.every(({ got }) => got.includes('200 OK')));
    expect(asking.every(({ isOpen }) => isOpen)).toBe(true);
  });
});
