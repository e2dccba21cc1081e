import dgram from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { addresses, answerTo, type DnsServer, framed, openDnsServer, type React } from '../../support/dns-server.ts';
import { askInTime, askOnce } from '../../support/probe-server.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

async function serverOf(react: React, address?: string): Promise<DnsServer> {
  const server = await openDnsServer(react, address);
  closing.push(() => server.close());
  return server;
}

/** A TCP server that does something with a connection. */
async function tcpServer(serve: (socket: net.Socket) => void): Promise<number> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

test.each(['127.0.0.1', '::1'])('a name server at %s answers over UDP and TCP', async (address) => {
  const server = await serverOf(
    (query) => [answerTo(query, addresses(query, '192.0.2.1', '192.0.2.2'), dnsPacket.AUTHENTIC_DATA)],
    address,
  );
  const at = `${address.includes(':') ? `[${address}]` : address}:${server.port}`;
  for (const [transport, detail] of [
    ['udp', 'NOERROR: 192.0.2.1, 192.0.2.2'],
    ['tcp', 'NOERROR: 192.0.2.1, 192.0.2.2 (TCP)'],
  ]) {
    const reply = await askOnce(`dns://${at}/example.org?transport=${transport}`);
    expect(reply).toMatchObject({ ok: true, detail, addr: address });
    expect(reply.findings).toMatchObject({
      ...{ rcode: 'NOERROR', authentic: true, answers: ['192.0.2.1', '192.0.2.2'], dns_ms: null },
    });
    expect(reply.rttMs).toBeGreaterThan(0);
    expect(reply.rttMs).toBeLessThanOrEqual(reply.findings.total_ms!);
    expect(reply.findings.connect_ms === undefined).toBe(transport === 'udp');
  }
  expect(new Set(server.queries.map(({ id }) => id)).size).toBe(2);
});

test('without a name the root is asked for its servers', async () => {
  const server = await serverOf((query) => [answerTo(query, [{ type: 'NS', name: '.', data: 'a.root-servers.net' }])]);
  expect(await askOnce(`dns://127.0.0.1:${server.port}`)).toMatchObject({
    ...{ ok: true, detail: 'NOERROR: a.root-servers.net' },
  });
  expect(server.queries[0]!.questions).toEqual([{ name: '.', type: 'NS', class: 'IN' }]);
});

test('what is truncated over UDP is asked over TCP', async () => {
  const many = Array.from({ length: 150 }, (_, index) => `198.51.100.${index}`);
  const server = await serverOf((query, over) => [
    over === 'udp' ? answerTo(query, [], dnsPacket.TRUNCATED_RESPONSE) : answerTo(query, addresses(query, ...many)),
  ]);
  const { ok, detail, findings } = await askOnce(`dns://127.0.0.1:${server.port}/example.org`);
  expect({ ok, detail }).toEqual({
    ok: true,
    detail: `NOERROR: ${many.slice(0, 3).join(', ')} and 97 more (TCP, since it was truncated over UDP)`,
  });
  expect(findings.answers).toEqual(many.slice(0, 100));
});

test('what is truncated, with no TCP to be had, is no answer', async () => {
  const port = await tcpServer((socket) => socket.destroy());
  const udp = dgram.createSocket('udp4').bind(port, '127.0.0.1');
  closing.push(() => udp.close());
  udp.on('message', (bytes, from) =>
    udp.send(answerTo(dnsPacket.decode(bytes), [], dnsPacket.TRUNCATED_RESPONSE), from.port, from.address),
  );
  const { ok, detail, rttMs } = await askOnce(`dns://127.0.0.1:${port}/example.org`);
  expect({ ok, rttMs }).toEqual({ ok: false, rttMs: null });
  expect(detail).toMatch(
    /^truncated over UDP, and over TCP: (the server hung up without an answer|connection reset by peer)$/,
  );
});

test.each([
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [5, 'REFUSED'],
])('code %i answers, but not the question: %s', async (rcode, name) => {
  const server = await serverOf((query) => [answerTo(query, [], rcode)]);
  const { ok, detail, rttMs, findings } = await askOnce(`dns://127.0.0.1:${server.port}/example.org`);
  expect({ ok, detail, rcode: findings.rcode, answers: findings.answers }).toEqual({
    ...{ ok: false, detail: name, rcode: name, answers: [] },
  });
  expect(rttMs).toBeGreaterThan(0);
});

test.each([
  [0, 'NOERROR, but no record of this type', true],
  [2, 'SERVFAIL', false],
  [5, 'REFUSED', false],
])('code %i without the question is an answer: %s', async (rcode, detail, ok) => {
  const server = await serverOf((query) => [answerTo({ ...query, questions: [] }, [], rcode, false)]);
  for (const [transport, over] of [
    ['udp', ''],
    ['tcp', ' (TCP)'],
  ]) {
    const reply = await askOnce(`dns://127.0.0.1:${server.port}/example.org?transport=${transport}`);
    expect(reply).toMatchObject({ ok, detail: `${detail}${over}`, findings: { answers: [] } });
    expect(reply.rttMs).toBeGreaterThan(0);
  }
});

test('a server that knows of no root works, one that refuses does not', async () => {
  for (const [rcode, ok, detail] of [
    [3, true, 'NXDOMAIN'],
    [5, false, 'REFUSED'],
  ] as const) {
    const server = await serverOf((query) => [answerTo(query, [], rcode)]);
    expect(await askOnce(`dns://127.0.0.1:${server.port}`)).toMatchObject({ ok, detail });
  }
});

test('a name without records of the type exists', async () => {
  const server = await serverOf((query) => [answerTo(query, [])]);
  expect(await askOnce(`dns://127.0.0.1:${server.port}/example.org?type=AAAA`)).toMatchObject({
    ...{ ok: true, detail: 'NOERROR, but no record of this type' },
  });
});

test.each([1, 4])('a server that knows no EDNS and says so by code %i is asked without it', async (rcode) => {
  const server = await serverOf((query) => [
    (query.additionals ?? []).length > 0
      ? answerTo({ ...query, questions: [] }, [], rcode, false)
      : answerTo(query, addresses(query, '192.0.2.1')),
  ]);
  expect(await askOnce(`dns://127.0.0.1:${server.port}/example.org`)).toMatchObject({ ok: true });
  expect(server.queries.map(({ additionals }) => additionals!.length)).toEqual([1, 0]);
});

test('answers to something else are waited past', async () => {
  const other = (query: dnsPacket.DecodedPacket) => [
    answerTo({ ...query, id: (query.id! + 1) & 0xffff }, addresses(query, '203.0.113.1')),
    answerTo({ ...query, questions: [{ type: 'A', name: 'example.net' }] }, addresses(query, '203.0.113.2')),
    Buffer.from('not dns at all'),
    Buffer.alloc(0),
  ];
  const server = await serverOf((query) => [...other(query), answerTo(query, addresses(query, '192.0.2.1'))]);
  const spoiled = await serverOf(other);
  for (const transport of ['udp', 'tcp']) {
    const good = await askOnce(`dns://127.0.0.1:${server.port}/example.org?transport=${transport}`);
    expect(good.findings.answers).toEqual(['192.0.2.1']);
    const bad = await askOnce(`dns://127.0.0.1:${spoiled.port}/example.org?transport=${transport}`, 150);
    expect(bad.ok).toBe(false);
    expect(bad.detail).toMatch(/^no answer within 150 ms; what came \([34]\) answers nothing that was asked$/);
  }
});

test('an answer from another address or port never arrives', async () => {
  const stranger = dgram.createSocket('udp4');
  closing.push(() => stranger.close());
  const server = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  server.on('message', (bytes, from) => {
    const query = dnsPacket.decode(bytes);
    stranger.send(answerTo(query, addresses(query, '203.0.113.1')), from.port, from.address);
  });
  expect(await askOnce(`dns://127.0.0.1:${server.address().port}/example.org`, 150)).toMatchObject({
    ...{ ok: false, rttMs: null, detail: 'no answer within 150 ms' },
  });
});

test('silence, a closed port', async () => {
  const server = await serverOf(() => []);
  for (const transport of ['udp', 'tcp']) {
    expect(await askInTime(`dns://127.0.0.1:${server.port}/x?transport=${transport}`, 150)).toMatchObject({
      ...{ ok: false, rttMs: null, detail: 'no answer within 150 ms' },
    });
  }
  server.close();
  closing.pop();
  for (const transport of ['udp', 'tcp']) {
    expect(await askOnce(`dns://127.0.0.1:${server.port}/x?transport=${transport}`)).toMatchObject({
      ...{ ok: false, rttMs: null, detail: 'connection refused' },
    });
  }
});

test('an answer that is cut short is malformed', async () => {
  const server = await serverOf((query) => [answerTo(query, addresses(query, '192.0.2.1'), 0, false).subarray(0, -3)]);
  for (const [transport, over] of [
    ['udp', ''],
    ['tcp', ' (TCP)'],
  ]) {
    expect(await askOnce(`dns://127.0.0.1:${server.port}/example.org?transport=${transport}`)).toMatchObject({
      ...{ ok: false, detail: `a malformed answer${over}` },
    });
  }
});

test.each<[string, (socket: net.Socket) => void, RegExp]>([
  ['closes at once', (socket) => socket.end(), /^the server hung up without an answer$|reset/],
  ['closes within a message', (socket) => socket.end(Buffer.from([0, 50, 1, 2, 3])), /^the server hung up|reset/],
  ['trickles', (socket) => void socket.write(Buffer.from([0xff])), /^no answer within 200 ms$/],
  [
    'sends without end',
    (socket) => {
      const chunk = Buffer.alloc(65_536, 0x11);
      const flood = (): void => void (socket.writable && socket.write(chunk, () => setImmediate(flood)));
      flood();
    },
    /^no answer within 200 ms; what came \(\d+\) answers nothing that was asked$/,
  ],
])('over TCP a server that %s is bounded', async (_, serve, detail) => {
  const port = await tcpServer(serve);
  const before = process.memoryUsage().rss;
  const reply = await askOnce(`dns://127.0.0.1:${port}/x?transport=tcp`, 200);
  expect(reply.ok).toBe(false);
  expect(reply.detail).toMatch(detail);
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});

test('a message in pieces of one byte is whole', async () => {
  const port = await tcpServer((socket) =>
    socket.on('data', async (chunk: Buffer) => {
      const query = dnsPacket.decode(chunk.subarray(2));
      for (const byte of framed(answerTo(query, addresses(query, '192.0.2.1')))) {
        socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  expect(await askOnce(`dns://127.0.0.1:${port}/x?transport=tcp`)).toMatchObject({ ok: true });
});

test('an interrupted probe ends at once', async () => {
  const server = await serverOf(() => []);
  for (const transport of ['udp', 'tcp']) {
    const abort = new AbortController();
    const probed = askOnce(`dns://127.0.0.1:${server.port}/x?transport=${transport}`, 5000, abort.signal);
    setTimeout(() => abort.abort(), 50);
    expect(await probed).toMatchObject({ ok: false, detail: 'interrupted' });
  }
});

test('the system resolves what its hosts file has', async () => {
  const { ok, addr, detail, findings } = await askOnce('dns:///localhost?type=A');
  expect({ ok, addr, detail, answers: findings.answers }).toEqual({
    ...{ ok: true, addr: null, detail: '127.0.0.1', answers: ['127.0.0.1'] },
  });
  await expect(askOnce('dns:///')).rejects.toThrow('needs a name');
  await expect(askOnce('dns:///example.org?type=MX')).rejects.toThrow('the system resolves addresses only');
});

/** The system's resolver says this of every name; addresses it takes as they are, for sockets ask it too. */
function systemSays(code: string, afterMs: number) {
  const ours = dns.lookup;
  return vi.spyOn(dns, 'lookup').mockImplementation(((name: string, options: object, done: (e: Error) => void) => {
    if (net.isIP(name) !== 0) ours(name, options, done as never);
    else setTimeout(done, afterMs, Object.assign(new Error(code), { code }));
  }) as never);
}

test.each([
  ['ENOTFOUND', 'x.example: no such name, or no address of this type', true],
  ['EAI_AGAIN', 'x.example: no name server answers', false],
  ['EAI_FAIL', 'x.example: it cannot be resolved (EAI_FAIL)', false],
])('the system says %s', async (code, detail, isAnswered) => {
  vi.spyOn(dns, 'getServers').mockReturnValue(['127.0.0.1']);
  const lookup = systemSays(code, 5);
  const reply = await askOnce('dns:///x.example');
  expect(reply).toMatchObject({ ok: false, detail });
  expect(reply.rttMs !== null).toBe(isAnswered);
  expect(lookup.mock.calls[0]!.slice(0, 2)).toEqual(['x.example', { all: true, family: 0 }]);
  lookup.mockImplementation(((_: string, __: object, done: (e: Error) => void) => {
    setTimeout(done, 100, new Error('too late'));
  }) as never);
  expect(await askOnce('dns:///x.example', 50)).toMatchObject({
    ok: false,
    detail: 'x.example: no answer within 50 ms',
  });
});

// a link-local address without its zone has a route nowhere
test.each([
  [['fe80::1', '[fe80::2]:9'], true],
  [['127.0.0.1:9', '[fe80::1]:9'], false],
  [[], false],
])('with the name servers %j, whether there is no route to any of them is %s', async (servers, isUnknown) => {
  vi.spyOn(dns, 'getServers').mockReturnValue(servers);
  systemSays('EAI_AGAIN', 0);
  expect(await askOnce('dns:///x.example')).toMatchObject(
    isUnknown
      ? { ok: null, detail: 'x.example: no route to a name server' }
      : { ok: false, detail: 'x.example: no name server answers' },
  );
});

test('garbage is no answer', { timeout: 60_000 }, async () => {
  let garbage: readonly Buffer[] = [];
  const server = await serverOf((query, _, bytes) =>
    garbage.map((one) => {
      const message = Buffer.from(one);
      if (message.length > bytes.length && message[2] === 0x80) bytes.copy(message, 0, 0, 2); // the right id at times
      return query.id === undefined ? one : message;
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }), async (messages) => {
      garbage = messages.map((one) => Buffer.from(one));
      for (const transport of ['udp', 'tcp']) {
        const { ok, rttMs } = await askOnce(`dns://127.0.0.1:${server.port}/x?transport=${transport}`, 20);
        expect({ ok, rttMs }).toEqual({ ok: false, rttMs: null });
      }
    }),
    { numRuns: 40 },
  );
});
