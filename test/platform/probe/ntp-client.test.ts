import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { ntpTimestamp } from '../../../src/core/health/messages/ntp-packet.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import type { Clock } from '../../../src/core/system/clock.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openNtpProber } from '../../../src/platform/probe/ntp-client.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { askAt, askOnce, closedPort } from '../../support/probe-server.ts';
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

interface Says {
  readonly offsetMs?: number;
  readonly workMs?: number;
  readonly stratum?: number;
  readonly leap?: number;
  readonly reference?: string;
}

/** The answer of a server whose clock is ahead of ours. */
function answerTo(
  request: Buffer,
  { offsetMs = 0, workMs = 0, stratum = 2, leap = 0, reference = '' }: Says,
  clock: Clock = realClock,
): Buffer {
  const answer = Buffer.alloc(48);
  const now = clock.wallAt(clock.monotonic());
  answer[0] = (leap << 6) | 0x24;
  answer[1] = stratum;
  answer.write(reference, 12, 'latin1');
  request.copy(answer, 24, 40, 48);
  answer.writeBigUInt64BE(ntpTimestamp(now + offsetMs), 32);
  answer.writeBigUInt64BE(ntpTimestamp(now + offsetMs + workMs), 40);
  return answer;
}

test.each(['127.0.0.1', '::1'])('a server at %s, ahead and behind', async (address) => {
  for (const offsetMs of [0, 1234.5, -3_600_000]) {
    const clock = virtualClock();
    const port = await serve((request, answer) => {
      clock.advance(10);
      const made = answerTo(request, { offsetMs }, clock);
      clock.advance(4);
      answer(made);
    }, address);
    const host = address.includes(':') ? `[${address}]` : address;
    const { ok, detail, addr, rttMs, findings } = await askAt(clock, `ntp://${host}:${port}`);
    expect({ ok, addr, rttMs, stratum: findings.stratum }).toEqual({ ok: true, addr: address, rttMs: 14, stratum: 2 });
    expect(findings.offset_ms! - offsetMs).toBeCloseTo((10 - 4) / 2, 4); // RFC 5905: half of what the ways differ
    const way = findings.offset_ms! < 0 ? 'ahead' : 'behind';
    expect(detail).toBe(`stratum 2, our clock is ${Math.abs(findings.offset_ms!).toFixed(3)} ms ${way}`);
  }
});

test('what the server worked is no time of the network', async () => {
  const clock = virtualClock();
  const port = await serve((request, answer) => {
    const made = answerTo(request, { workMs: 100 }, clock);
    clock.advance(110);
    answer(made);
  });
  const { ok, rttMs, findings } = await askAt(clock, `ntp://127.0.0.1:${port}`);
  expect(ok).toBe(true);
  expect(rttMs).toBeCloseTo(10, 4);
  expect(findings.offset_ms).toBeCloseTo(-5, 4);
});

test.each<[Says, string]>([
  [{ stratum: 0, reference: 'INIT' }, 'kiss code INIT: its clock is not yet synchronised'],
  [{ stratum: 16 }, 'its clock is not synchronised'],
  [{ leap: 3 }, 'its clock is not synchronised'],
  [{ workMs: 5000 }, 'its times contradict the time that the answer took'],
])('%o answers, but is not ok', async (says, detail) => {
  const port = await serve((request, answer) => answer(answerTo(request, says)));
  const reply = await askOnce(`ntp://127.0.0.1:${port}`);
  expect(reply).toMatchObject({ ok: false, detail });
  expect(reply.rttMs).toBeGreaterThan(0);
  expect(reply.findings.offset_ms).toBeUndefined();
});

test('a leap second is announced', async () => {
  const port = await serve((request, answer) => answer(answerTo(request, { leap: 1 })));
  expect((await askOnce(`ntp://127.0.0.1:${port}`)).detail).toMatch(/, a leap second will be inserted$/);
});

test.each(['DENY', 'RSTR', 'RATE'])('a server that says %s is left alone', async (reference) => {
  let asked = 0;
  const port = await serve((request, answer) => {
    asked++;
    answer(answerTo(request, { stratum: 0, reference }));
  });
  const prober = openNtpProber(parseTarget(`ntp://127.0.0.1:${port}`), { clock: realClock });
  const signal = new AbortController().signal;
  expect(await prober.send(1000, signal)).toMatchObject({ ok: false });
  expect(await prober.send(1000, signal)).toMatchObject({ ok: null, detail: `not asked, since it said ${reference}` });
  expect(asked).toBe(1);
});

test('answers to other requests, cut short or of other modes are waited past', async () => {
  const spoil = (request: Buffer): Buffer[] => {
    const good = answerTo(request, {});
    const other = Buffer.from(good);
    other[31]! ^= 1;
    const mode = Buffer.from(good);
    mode[0] = 0x23;
    return [other, mode, good.subarray(0, 47), Buffer.alloc(0), Buffer.alloc(60_000, 0x24), request];
  };
  const bad = await serve((request, answer) => spoil(request).forEach(answer));
  expect(await askOnce(`ntp://127.0.0.1:${bad}`, 2000)).toMatchObject({
    ...{ ok: false, rttMs: null, detail: 'no answer within 2000 ms; what came (6) answers nothing that was asked' },
  });
  const late = await serve((request, answer) => [...spoil(request), answerTo(request, {})].forEach(answer));
  expect(await askOnce(`ntp://127.0.0.1:${late}`)).toMatchObject({ ok: true });
});

test('silence, a closed port', async () => {
  const silent = await serve(() => {});
  expect(await askOnce(`ntp://127.0.0.1:${silent}`, 100)).toMatchObject({
    ok: false,
    detail: 'no answer within 100 ms',
  });
  const refused = await askOnce(`ntp://127.0.0.1:${await closedPort()}`);
  expect(refused).toMatchObject({ ok: false, rttMs: null, detail: 'connection refused' });
});

test('of a round the answer that was least delayed tells the clock', async () => {
  let asked = 0;
  const port = await serve((request, answer) => {
    const made = answerTo(request, { offsetMs: 500 });
    setTimeout(() => answer(made), asked++ === 1 ? 0 : 80); // those that wait are 40 ms wrong
  });
  const argv = ['probe', `ntp://127.0.0.1:${port}`, '-c', '3', '--interval', '1ms', '--timeout', '20s', '--json'];
  const ran = await runInProcess(argv, { clock: realClock });
  const [row] = recordsOf<{ offset_ms: number; rtt_min_ms: number; rtt_max_ms: number }>(ran.out);
  expect(row!.rtt_max_ms).toBeGreaterThan(79);
  // RFC 5905: the error is within half the time that the answer took
  expect(Math.abs(row!.offset_ms - 500)).toBeLessThanOrEqual(row!.rtt_min_ms / 2 + 0.1);
});

test('garbage is no answer', async () => {
  let garbage = Buffer.alloc(0);
  const port = await serve((_, answer) => answer(garbage));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      garbage = Buffer.from(bytes);
      expect(await askOnce(`ntp://127.0.0.1:${port}`, 15)).toMatchObject({ ok: false, rttMs: null });
    }),
    { numRuns: 50 },
  );
});
