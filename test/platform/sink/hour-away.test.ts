import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { deliver } from '../../../src/core/delivery/deliver.ts';
import type { Recipient, Reply } from '../../../src/core/delivery/message.ts';
import { openSpool } from '../../../src/platform/sink/spool.ts';
import { makeSpoolFolder } from '../../../src/platform/sink/spool-folder.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const HOUR = 3_600_000;
/** Records a second. */
const RATE = 20;
const LARGEST_BATCH = 512 * 1024;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A receiver that takes nothing for an hour while records come, and then everything. */
async function anHourAway(mostBytes: number, reply: (request: number) => Reply) {
  const clock = virtualClock();
  const begun = clock.monotonic();
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hour-')), 'spool');
  makeSpoolFolder(folder, null, false);
  const said: string[] = [];
  const say = (line: string): unknown => said.push(line);
  const gapOf = (dropped: number | null, reason: string): Uint8Array => Buffer.from(`gap ${dropped}: ${reason}`);
  const spool = await openSpool({ folder, mostBytes, gapOf, say, clock });
  const got: string[] = [];
  let requests = 0;
  let largest = 0;
  const recipient: Recipient = {
    most: 512,
    async send(messages) {
      largest = Math.max(
        largest,
        messages.reduce((sum, { bytes }) => sum + bytes.length, 0),
      );
      if (clock.monotonic() - begun <= HOUR) return reply(++requests);
      got.push(...messages.map(({ bytes }) => Buffer.from(bytes).toString()));
      return { kind: 'taken', refused: 0, why: null };
    },
    close: async () => {},
  };
  const over = new AbortController();
  const delivery = deliver(spool, recipient, { clock, random: () => 0.5, say, name: 'otlp+http://h' }, over.signal);
  closing.push(async () => {
    over.abort();
    await delivery.ended;
    spool.close();
    fs.rmSync(path.dirname(folder), { recursive: true, force: true });
  });
  const onDisk = (): number =>
    fs.readdirSync(folder).reduce((sum, file) => sum + fs.statSync(path.join(folder, file)).size, 0);
  let appended = 0;
  let most = 0;
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      for (let i = 0; i < RATE; i++) spool.append(Buffer.from(`record ${appended++} ${'x'.repeat(200)}`));
      await clock.pass(1000);
      if (second % 60 === 0) most = Math.max(most, onDisk());
    }
  };
  await pass(HOUR / 1000);
  const away = { requests, most, waiting: spool.count() };
  await pass(90);
  return { ...{ away, got, said, spool, appended, largest }, atLast: onDisk() };
}

const numbersIn = (texts: readonly string[]): readonly number[] =>
  texts.filter((text) => text.startsWith('record')).map((text) => Number(text.split(' ')[1]));

test.each<[string, (request: number) => Reply, number]>([
  ['500', () => ({ kind: 'later', reason: 'it answers 500', afterMs: null }), 170],
  ['429 with Retry-After 60', () => ({ kind: 'later', reason: 'it answers 429', afterMs: 60_000 }), 61],
])('an hour of %s: all arrives once, in order, with few requests', async (_, reply, mostRequests) => {
  const { away, got, said, spool, appended, largest, atLast } = await anHourAway(64 * 1024 * 1024, reply);
  expect(away.waiting).toBe((HOUR / 1000) * RATE);
  expect(away.requests).toBeLessThanOrEqual(mostRequests);
  expect(numbersIn(got)).toEqual(Array.from({ length: appended }, (_unused, number) => number));
  expect(got).toHaveLength(appended);
  expect([spool.count(), spool.dropped()]).toEqual([0, 0]);
  // what is in memory at once
  expect(largest).toBeLessThan(LARGEST_BATCH + 1024);
  expect(said.map((line) => line.replace(/;.*| after.*/, ''))).toEqual([
    expect.stringMatching(/^otlp\+http:\/\/h: it answers (500|429)$/),
    'otlp+http://h takes records again',
  ]);
  expect(atLast).toBeLessThan(5 * 1024 * 1024);
});

test('an hour with a spool that is too small: the oldest are dropped, counted and told, and it goes on', async () => {
  const limit = 1024 * 1024;
  const { away, got, spool, appended } = await anHourAway(limit, () => ({
    kind: 'later',
    reason: 'it answers 503',
    afterMs: null,
  }));
  expect(away.most).toBeLessThanOrEqual(limit + 4096);
  expect(got[0]).toBe(`gap ${spool.dropped()}: the spool was full, and the oldest made room`);
  expect(spool.dropped()).toBeGreaterThan(60_000);
  expect(numbersIn(got)).toEqual(
    Array.from({ length: appended - spool.dropped() }, (_, index) => spool.dropped() + index),
  );
  expect(got.filter((text) => text.startsWith('gap'))).toHaveLength(1);
  expect(spool.count()).toBe(0);
});
