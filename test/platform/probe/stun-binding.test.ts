import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { Prober, Reply } from '../../../src/core/health/prober.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import type { Clock } from '../../../src/core/system/clock.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openProber } from '../../../src/platform/probe/open-prober.ts';
import { fakePlatform } from '../../support/fake-platform.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { askAt, askOnce } from '../../support/probe-server.ts';
import { openUdpServer, type UdpServer } from '../../support/udp-server.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const servers: UdpServer[] = [];
const probers: Prober[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const prober of probers.splice(0)) prober.close();
});

type React = Parameters<typeof openUdpServer>[0];
async function serve(react: React, address?: string): Promise<number> {
  servers.push(await openUdpServer(react, address));
  return servers.at(-1)!.port;
}

/** A success with the address of who asked, its port moved by so much; as XOR-MAPPED-ADDRESS. */
function success(request: Buffer, from: { readonly address: string; readonly port: number }, moved = 0): Buffer {
  const parts = from.address.includes(':')
    ? Buffer.concat([Buffer.alloc(15), Buffer.of(1)]) // ::1, the one address of IPv6 here
    : Buffer.from(from.address.split('.').map(Number));
  const answer = Buffer.alloc(28 + parts.length);
  answer.writeUInt16BE(0x0101);
  answer.writeUInt16BE(8 + parts.length, 2);
  request.copy(answer, 4, 4, 20);
  answer.writeUInt16BE(0x0020, 20);
  answer.writeUInt16BE(4 + parts.length, 22);
  answer[25] = parts.length === 4 ? 1 : 2;
  answer.writeUInt16BE((from.port + moved) ^ 0x2112, 26);
  for (const [index, byte] of parts.entries()) answer[28 + index] = byte ^ request[4 + index]!;
  return answer;
}
const honest: React = (request, answer, from) => answer(success(request, from));
/** A server behind a NAT that maps each port to another. */
const beyondNat =
  (moved: number): React =>
  (request, answer, from) =>
    answer(success(request, { address: '203.0.113.7', port: from.port }, moved));

/** Opens probers as one run does, and asks all at once. */
async function askTogether(clock: Clock, ...texts: readonly string[]) {
  const platform = fakePlatform([]);
  const opened = await Promise.all(
    texts.map((text) => openProber(parseTarget(text), { platform, clock, sayLimit: () => {} })),
  );
  probers.push(...opened);
  return Promise.all(opened.map((prober) => prober.send(1000, new AbortController().signal)));
}

test.each(['127.0.0.1', '::1'])('a server at %s sees our own address: no NAT', async (address) => {
  const port = await serve(honest, address);
  const reply = await askOnce(`stun://${address.includes(':') ? `[${address}]` : address}:${port}`);
  expect(reply).toMatchObject({ ok: true, addr: address, findings: { mapped_addr: address, nat: 'none' } });
  expect(reply.detail).toMatch(/^seen as (127\.0\.0\.1|\[::1\]):\d+, our own address$/);
  expect(reply.findings.mapped_port).toBeGreaterThan(0);
  expect(reply.rttMs).toBeGreaterThan(0);
});

test('another address, and one server: it is a NAT, of a kind that is not known', async () => {
  const port = await serve(beyondNat(0));
  expect(await askOnce(`stun://127.0.0.1:${port}`)).toMatchObject({
    ...{ ok: true, findings: { mapped_addr: '203.0.113.7', nat: null } },
    detail: expect.stringMatching(/^seen as 203\.0\.113\.7:\d+$/),
  });
});

test.each([
  [0, 'cone', 'by other servers too (cone)'],
  [1, 'symmetric', 'otherwise by other servers (symmetric)'],
])('two servers whose views are %i ports apart: %s', async (apart, nat, words) => {
  const a = await serve(beyondNat(0));
  // time stands still: however late this machine lets it answer, it is waited for
  const slow: React = (request, answer, from) => setTimeout(() => beyondNat(apart)(request, answer, from), 100);
  const b = await serve(slow, '127.0.0.2');
  for (const reply of await askTogether(virtualClock(), `stun://127.0.0.1:${a}`, `stun://127.0.0.2:${b}`)) {
    expect(reply.findings.nat).toBe(nat);
    expect(reply.detail).toContain(words);
  }
});

test('a server that is silent delays no other, and its own round is lost', async () => {
  const a = await serve(beyondNat(0));
  const b = await serve(() => {}, '127.0.0.2');
  const platform = fakePlatform([]);
  const [one, two] = await Promise.all(
    [`stun://127.0.0.1:${a}`, `stun://127.0.0.2:${b}`].map((text) =>
      openProber(parseTarget(text), { platform, clock: realClock, sayLimit: () => {} }),
    ),
  );
  probers.push(one!, two!);
  const ended: string[] = [];
  const ask = async (name: string, prober: Prober): Promise<Reply> => {
    const reply = await prober.send(1000, new AbortController().signal);
    ended.push(name);
    return reply;
  };
  const late = ask('silent', two!);
  expect(await ask('other', one!)).toMatchObject({ ok: true, findings: { nat: null } });
  expect(ended).toEqual(['other']);
  expect(await late).toMatchObject({ ok: false, rttMs: null, detail: 'no answer within 1000 ms' });
});

test('a request that is lost is sent again after 500 and 1500 ms, with the same transaction', async () => {
  const seen: { readonly at: number; readonly key: string }[] = [];
  const clock = virtualClock();
  const start = clock.monotonic();
  const port = await serve((request, answer, from) => {
    seen.push({ at: clock.monotonic() - start, key: request.toString('hex') });
    if (seen.length === 3) answer(success(request, from));
    else while (clock.monotonic() - start < 500 * (2 ** seen.length - 1)) clock.advance(1);
  });
  const reply = await askAt(clock, `stun://127.0.0.1:${port}`, 3000);
  expect(reply).toMatchObject({ ok: true, rttMs: 1500, detail: expect.stringMatching(/; asked 3 times$/) });
  expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
  expect(seen.map(({ at }) => at)).toEqual([0, 500, 1500]);
  expect(clock.timers()).toBe(0);
});

test('an error, and an answer without an address', async () => {
  const failing = await serve((request, answer) => {
    const error = Buffer.concat([
      request.subarray(0, 20),
      Buffer.from('0009000f00000400', 'hex'),
      Buffer.from('Bad Request\0'),
    ]);
    error.writeUInt16BE(0x0111);
    error.writeUInt16BE(error.length - 20, 2);
    answer(error);
  });
  const failed = await askOnce(`stun://127.0.0.1:${failing}`);
  expect(failed).toMatchObject({ ok: false, detail: 'STUN error 400 Bad Request' });
  expect(failed.rttMs).toBeGreaterThan(0);
  const empty = await serve((request, answer) => {
    const bare = Buffer.from(request);
    bare.writeUInt16BE(0x0101);
    answer(bare);
  });
  expect(await askOnce(`stun://127.0.0.1:${empty}`)).toMatchObject({
    ...{ ok: false, detail: 'it does not say where we come from' },
  });
});

test('answers to other transactions, from other places, cut short or malformed are waited past', async () => {
  const stranger = await openUdpServer(() => {}, '127.0.0.3');
  servers.push(stranger);
  const spoil = (request: Buffer, from: Parameters<React>[2]): Buffer[] => {
    const good = success(request, from, 5);
    stranger.socket.send(good, from.port, from.address);
    const other = Buffer.from(good);
    other[19]! ^= 1;
    const long = Buffer.from(good);
    long.writeUInt16BE(0xffff, 22);
    return [other, long, good.subarray(0, 30), request, Buffer.alloc(0), Buffer.alloc(60_000)];
  };
  const bad = await serve((request, answer, from) => spoil(request, from).forEach(answer)); // it is asked three times
  expect(await askOnce(`stun://127.0.0.1:${bad}`, 2000)).toMatchObject({
    ...{ ok: false, rttMs: null, detail: 'no answer within 2000 ms; what came (18) answers nothing that was asked' },
  });
  const good = await serve((request, answer, from) =>
    [...spoil(request, from), success(request, from)].forEach(answer),
  );
  expect(await askOnce(`stun://127.0.0.1:${good}`)).toMatchObject({ ok: true, findings: { nat: 'none' } });
});

test('the command: two servers in a run', async () => {
  const a = await serve(beyondNat(0));
  const b = await serve(beyondNat(9), '127.0.0.2');
  const argv = ['probe', '-c', '2', '--interval', '10ms', `stun://127.0.0.1:${a}`, `stun://127.0.0.2:${b}`, '--json'];
  const ran = await runInProcess(argv, { clock: realClock });
  expect(ran.status).toBe(0);
  const rows = recordsOf(ran.out);
  expect(rows).toHaveLength(2);
  for (const row of rows)
    expect(row).toMatchObject({ kind: 'stun', received: 2, nat: 'symmetric', mapped_addr: '203.0.113.7' });
});

const own = Object.values(networkInterfaces())
  .flatMap((of) => of ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
if (own === undefined) console.warn('skipped: this machine has no address but the loopback');
test.skipIf(own === undefined)('an address of this machine that is not the loopback counts as ours', async () => {
  const port = await serve((request, answer, from) => answer(success(request, { address: own!, port: from.port })));
  expect((await askOnce(`stun://127.0.0.1:${port}`)).findings).toMatchObject({ mapped_addr: own, nat: 'none' });
});

test('garbage is no answer', async () => {
  let garbage = Buffer.alloc(0);
  const port = await serve((_, answer) => answer(garbage));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      garbage = Buffer.from(bytes);
      expect(await askOnce(`stun://127.0.0.1:${port}`, 15)).toMatchObject({ ok: false, rttMs: null });
    }),
    { numRuns: 50 },
  );
});
