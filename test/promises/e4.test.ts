import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { compileSchedule } from '../../src/core/health/cron-schedule.ts';
import { scheduledRounds } from '../../src/core/health/schedule.ts';
import { SCALE, seeded } from '../support/attack.ts';
import { recordsOf } from '../support/in-process.ts';
import { netwatch, startNetwatch } from '../support/program.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { promised } from './promise.ts';

const MINUTE = 60_000;
const AT_ONCE = 6;
const KILLS = 12 * SCALE;

promised(
  {
    id: 'E4',
    says: 'Probes that cron or --schedule starts share a file with runs that are not over yet, do not make up missed rounds, follow the wall clock across daylight saving, and never publish half a report. A target that hangs does not delay the others.',
    tested: `A clock that sleeps, is set and changes to summer time; ${AT_ONCE} runs that add to one file at the same time; ${KILLS} kill -9 at random moments while a history and a file of metrics are written; a server that never answers beside one that does.`,
    notPromised:
      'Runs that overlap do not wait for each other: each one probes, and all records are kept. kill -9 may tear the last line of a history; the next run ends that line.',
    skipped: null,
    timeoutMs: 240_000,
  },
  async () => {
    await onSchedule();
    await throughTheYear();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-e4-'));
    const deaf = net.createServer(() => {});
    const open = net.createServer((socket) => socket.end());
    try {
      for (const server of [deaf, open]) {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
      }
      const target = (server: net.Server, kind: string): string =>
        `${kind}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await together(path.join(folder, 'shared'), target(open, 'tcp'));
      const kept = await killed(folder, target(open, 'tcp'));
      const waited = await beside(target(deaf, 'http'), target(open, 'tcp'));
      return `${AT_ONCE} of ${AT_ONCE} records of runs at once; ${KILLS} kills: ${kept} records whole, 0 half reports; ${waited} rounds of one target while another hung; 0 missed rounds made up`;
    } finally {
      deaf.close();
      open.close();
      fs.rmSync(folder, { recursive: true });
    }
  },
);

/** Moments missed, since a round takes longer, the machine sleeps or the clock is set, are not made up for. */
async function onSchedule(): Promise<void> {
  const clock = virtualClock(Date.parse('2026-01-02T03:00:30.000Z'));
  const abort = new AbortController();
  const begun: string[] = [];
  const next = await compileSchedule('* * * * *', clock.now());
  const done = (async () => {
    for await (const _ of scheduledRounds(next, clock, abort.signal)) {
      begun.push(new Date(clock.now()).toISOString().slice(11, 16));
      if (begun.length === 2) await clock.sleep(3.5 * MINUTE, abort.signal);
    }
  })();
  await clock.pass(6 * MINUTE);
  expect(begun).toEqual(['03:01', '03:02', '03:06']);
  clock.suspend(120 * MINUTE);
  await clock.pass(2 * MINUTE);
  expect(begun.slice(3).every((time) => time >= '05:06')).toBe(true);
  expect(begun.length).toBeLessThanOrEqual(6);
  abort.abort();
  await clock.pass(MINUTE);
  await done;
}

/** Once a day, on the days that have 23 and 25 hours too. */
async function throughTheYear(): Promise<void> {
  const zone = process.env.TZ;
  try {
    for (const tz of ['Europe/Berlin', 'America/New_York', 'UTC']) {
      process.env.TZ = tz;
      const start = Date.parse('2026-01-01T12:00:00Z');
      const next = await compileSchedule('30 4 * * *', start);
      let at = start;
      for (let day = 0; day < 365; day++) {
        const then = next(at)!;
        expect([tz, new Date(then).getHours(), new Date(then).getMinutes()]).toEqual([tz, 4, 30]);
        if (day > 0) expect([23, 24, 25]).toContain((then - at) / (60 * MINUTE));
        at = then;
      }
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
}

/** Runs that overlap add a line each. */
async function together(file: string, target: string): Promise<void> {
  const runs = Array.from({ length: AT_ONCE }, () => netwatch('probe', target, '-c', '1', '--append', file));
  expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(new Array(AT_ONCE).fill(0));
  expect(recordsOf(fs.readFileSync(file, 'utf8'))).toHaveLength(AT_ONCE);
}

/** How many records are whole in a history whose writers are killed; the file of metrics always is. */
async function killed(folder: string, target: string): Promise<number> {
  const random = seeded(4);
  const reports = new Set<string>();
  const history = path.join(folder, 'history');
  const metrics = path.join(folder, 'netwatch.prom');
  for (let count = 0; count < KILLS; count++) {
    const argv = [
      'probe',
      target,
      '-c',
      '1',
      '--every',
      '0.02',
      '--append',
      history,
      '-o',
      'prometheus',
      '--out',
      metrics,
    ];
    const run = startNetwatch(argv);
    const size = (): number => fs.statSync(history, { throwIfNoEntry: false })?.size ?? 0;
    const before = size();
    while (size() === before && run.child.exitCode === null) await sleep(10);
    await sleep(random(100));
    run.child.kill('SIGKILL');
    await run.ended;
    if (fs.existsSync(metrics)) reports.add(namesIn(fs.readFileSync(metrics, 'utf8')));
  }
  // whole ones have the same metrics
  expect(reports.size).toBe(1);
  const lines = fs.readFileSync(history, 'utf8').split('\n').filter(Boolean);
  const whole = lines.filter((line) => line.endsWith('}') && line.startsWith('{"type":"probe"'));
  for (const line of whole) JSON.parse(line);
  expect(lines.length - whole.length).toBeLessThanOrEqual(KILLS);
  expect(whole.length).toBeGreaterThanOrEqual(KILLS);
  return whole.length;
}

/** The metrics of a report, without their values. */
function namesIn(report: string): string {
  expect(report.endsWith('\n')).toBe(true);
  return report.replaceAll(/ \S+\n/g, '\n');
}

/** How many rounds the one that answers had while the other hung in its first. */
async function beside(hangs: string, answers: string): Promise<number> {
  const run = startNetwatch(['probe', hangs, answers, '-c', '1', '--timeout', '60', '--every', '0.2', '--json']);
  await run.until('"kind":"tcp"');
  await sleep(3000);
  run.child.kill('SIGINT');
  const { stdout } = await run.ended;
  const records = recordsOf<{ kind: string; received: number }>(stdout);
  const good = records.filter(({ kind, received }) => kind === 'tcp' && received === 1);
  expect(good.length).toBeGreaterThan(1);
  expect(records.filter(({ kind }) => kind === 'http')).toEqual([]);
  return good.length;
}
