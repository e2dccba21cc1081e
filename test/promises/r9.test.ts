import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { parseTarget } from '../../src/core/health/target.ts';
import { runProbes } from '../../src/core/sample/probe-rounds.ts';
import { pcap } from '../support/captures.ts';
import { fakePlatform, readingOf, socketOf } from '../support/fake-platform.ts';
import { tcpFrame } from '../support/frames.ts';
import { recordsOf, runInProcess } from '../support/in-process.ts';
import { replyOf } from '../support/probe-rows.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { promised } from './promise.ts';

const HOUR_MS = 3_600_000;
const JUMPS = [HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS];

promised(
  {
    id: 'R9',
    says: 'When the wall clock jumps, rates, durations, timeouts and rounds do not change. The times of packets stay those of the capture, and no latency, round trip or handshake is negative.',
    tested:
      'The wall clock moved by an hour and by a day, forward and back, under conns --interval and under an hour of probes, with clocks of the test; a capture whose times run backwards through every statistic.',
    notPromised: 'That a cron schedule keeps its distances: it follows the wall clock, as cron does.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    for (const jump of JUMPS) {
      expect(await ratesOver(jump)).toEqual([1000, 1000, 1000, 1000]);
      expect(await roundsOver(jump)).toEqual({ rounds: 360, rtt: 5, sentEvery: 10 });
    }
    const numbers = await backwards();
    return `${JUMPS.length} jumps: each rate as before, 360 of 360 rounds on their grid; of ${numbers} times and latencies of a capture that runs backwards none is negative`;
  },
);

/** The rate of a socket that receives a kilobyte a second, in four looks; the clock jumps between the second and third. */
async function ratesOver(jump: number): Promise<unknown[]> {
  let elapsed = 0;
  const platform = fakePlatform([]);
  const moving = {
    ...platform,
    openSockets: () => ({
      ...platform.openSockets({ protocols: null, owners: false, closed: false, processDetails: false }),
      read: async () => readingOf([socketOf({ rx_bytes: elapsed })]),
    }),
  };
  const { out } = await runInProcess(['conns', '--interval', '1', '-c', '4', '--json', '--fields', 'rx_rate'], {
    platform: moving,
    onSleep: (at) => {
      elapsed = at;
    },
    wallJump: (at) => (at >= 1500 ? jump : 0),
  });
  return recordsOf(out).map(({ rx_rate }) => rx_rate);
}

async function roundsOver(jump: number) {
  const clock = virtualClock();
  const start = clock.monotonic();
  const sent: number[] = [];
  const prober = {
    async send(_timeoutMs: number, signal: AbortSignal) {
      sent.push((clock.monotonic() - start) / 1000);
      await clock.sleep(5, signal);
      return replyOf(5);
    },
    duplicates: () => null,
    close: () => {},
  };
  const plan = { count: 1, intervalMs: 1000, timeoutMs: 2000, everyMs: 10_000, next: null, durationMs: HOUR_MS };
  const rows: { rtt_avg_ms: number | null }[] = [];
  const done = (async () => {
    const targets = [{ target: parseTarget('192.0.2.1'), prober }];
    const run = runProbes(targets, { ...plan, pathTo: null, pair: null }, clock, new AbortController().signal);
    for await (const batch of run) rows.push(...batch.map(({ row }) => row));
  })();
  for (let at = 0; at < 60; at++) {
    await clock.pass(HOUR_MS / 60);
    clock.set(clock.now() + (at % 2 === 0 ? jump : -jump));
  }
  await clock.pass(20_000);
  await done;
  const gaps = new Set(sent.slice(1).map((at, index) => Math.round((at - sent[index]!) * 1000) / 1000));
  expect(gaps.size).toBe(1);
  return { rounds: rows.length, rtt: rows.at(-1)!.rtt_avg_ms, sentEvery: [...gaps][0] };
}

/** Prints every statistic of a capture whose times run backwards; how many numbers of milliseconds were looked at. */
async function backwards(): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-backwards-'));
  try {
    const client = { srcPort: 40_000, dstPort: 80 };
    const server = { srcPort: 80, dstPort: 40_000, from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
    const get = [...Buffer.from('GET / HTTP/1.1\r\nHost: h\r\n\r\n')];
    const answer = [...Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')];
    const frames = [
      tcpFrame({ ...client, flags: 2, seq: 100 }),
      tcpFrame({ ...server, flags: 18, seq: 300, ack: 101 }),
      tcpFrame({ ...client, flags: 16, seq: 101, ack: 301 }),
      tcpFrame({ ...client, flags: 24, seq: 101, ack: 301 }, get),
      tcpFrame({ ...server, flags: 24, seq: 301, ack: 101 + get.length }, answer),
    ].map((bytes, at) => ({ bytes, seconds: 1_700_000_000 - 10 * at, fraction: 0 }));
    const file = path.join(folder, 'backwards.pcap');
    fs.writeFileSync(file, pcap(frames));
    const ran = await Promise.all([
      runInProcess(['stats', '-r', file, '--by', 'all', '--json']),
      runInProcess(['conns', '-r', file, '--json']),
      runInProcess(['follow', '-r', file, '--list', '--json']),
    ]);
    const rows = ran.flatMap(({ out }) => recordsOf(out));
    const numbers = rows.flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) =>
        /_ms$|rtt|_s$|latency/.test(name) && typeof value === 'number' ? [{ name: `${row.type} ${name}`, value }] : [],
      ),
    );
    expect(rows.some(({ type }) => type === 'http_request')).toBe(true);
    expect(numbers.filter(({ value }) => value < 0)).toEqual([]);
    return numbers.length;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
