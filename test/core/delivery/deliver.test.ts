import { expect, test } from 'vitest';
import { deliver } from '../../../src/core/delivery/deliver.ts';
import type { Batch, Message, Recipient, Reply, Waiting } from '../../../src/core/delivery/message.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** Messages 1 to `total`, which are there from the beginning. */
function waitingFor(total: number): Waiting & { readonly settled: () => number } {
  let settled = 0;
  return {
    first(most) {
      const count = Math.min(most, total - settled);
      const messages = Array.from({ length: count }, (_, i): Message => {
        const number = settled + 1 + i;
        return { id: `s-${number}`, bytes: Buffer.from(String(number)) };
      });
      return { messages, upTo: settled + count, next: { segment: 0, offset: 0 } };
    },
    some: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    settle: ({ upTo }: Batch) => {
      settled = upTo;
    },
    count: () => total - settled,
    settled: () => settled,
  };
}

function deliverTo(total: number, reply: (number: number, at: number) => Reply) {
  const clock = virtualClock();
  const start = clock.monotonic();
  const tries: number[] = [];
  const got: string[] = [];
  const said: string[] = [];
  const recipient: Recipient = {
    most: 10,
    async send(messages) {
      const at = clock.monotonic() - start;
      tries.push(at);
      const given = reply(tries.length, at);
      if (given.kind === 'taken') got.push(...messages.map(({ id }) => id));
      return given;
    },
    close: async () => {},
  };
  const over = new AbortController();
  const waiting = waitingFor(total);
  const place = { clock, random: () => 0.5, say: (line: string) => said.push(line), name: 'nats://h/x' };
  const delivery = deliver(waiting, recipient, place, over.signal);
  const end = (): Promise<void> => {
    over.abort();
    return delivery.ended;
  };
  return { clock, tries, got, said, waiting, delivery, end };
}

const TAKEN: Reply = { kind: 'taken', refused: 0, why: null };
const later = (reason: string, afterMs: number | null = null): Reply => ({ kind: 'later', reason, afterMs });

test('everything is sent once, in order, in batches', async () => {
  const { clock, got, said, waiting, delivery, end } = deliverTo(25, () => TAKEN);
  await clock.pass(1);
  expect(got).toEqual(Array.from({ length: 25 }, (_, i) => `s-${i + 1}`));
  expect([waiting.count(), delivery.sent()]).toEqual([0, 25]);
  expect(said).toEqual([]);
  await end();
});

test('an hour of 500: waits grow to half a minute, nothing is lost, and it is said once', async () => {
  const hour = 3_600_000;
  const { clock, tries, said, waiting, delivery, end } = deliverTo(5, (_, at) =>
    at < hour ? later('it answers 500') : TAKEN,
  );
  await clock.pass(hour + 60_000);
  const waits = tries.slice(1).map((at, i) => at - tries[i]!);
  expect(waits.slice(0, 8)).toEqual([375, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500]);
  expect(Math.max(...waits)).toBe(22_500);
  expect(tries.length).toBeLessThan(200);
  expect([waiting.count(), delivery.sent()]).toEqual([0, 5]);
  expect(said).toEqual([
    'nats://h/x: it answers 500; 5 records in the spool',
    expect.stringMatching(/^nats:\/\/h\/x takes records again after 1h00m$/),
  ]);
  expect(clock.timers()).toBe(0);
  await end();
});

test('what the other side asks for is waited, up to an hour', async () => {
  const { clock, tries, end } = deliverTo(1, (number) =>
    number === 1 ? later('429', 120_000) : number === 2 ? later('429', 1e12) : TAKEN,
  );
  await clock.pass(119_999);
  expect(tries).toEqual([0]);
  await clock.pass(2);
  expect(tries).toEqual([0, 120_000]);
  await clock.pass(3_600_000);
  expect(tries).toEqual([0, 120_000, 3_720_000]);
  await end();
});

test('another reason is said too, and what is refused for good is told and not sent again', async () => {
  const { clock, said, delivery, end } = deliverTo(3, (number) =>
    number === 1 ? later('one') : number === 2 ? later('two') : { kind: 'taken', refused: 2, why: 'too large' },
  );
  await clock.pass(10_000);
  expect(said.map((line) => line.replace(/ after .*/, ''))).toEqual([
    'nats://h/x: one; 3 records in the spool',
    'nats://h/x: two; 3 records in the spool',
    'nats://h/x takes records again',
    'nats://h/x refused 2 records: too large',
  ]);
  expect([delivery.sent(), delivery.refused()]).toEqual([1, 2]);
  await end();
});

test('why records are refused is told once for each reason, however many are, and for few reasons', async () => {
  const { clock, said, delivery, end } = deliverTo(300, (number) => ({
    kind: 'taken',
    refused: 2,
    why: number < 10 ? 'too large' : `reason ${number}`,
  }));
  await clock.pass(10_000);
  expect(said).toHaveLength(5);
  expect(said.slice(0, 2)).toEqual([
    'nats://h/x refused 2 records: too large',
    'nats://h/x refused 2 records: reason 10',
  ]);
  expect([delivery.sent(), delivery.refused()]).toEqual([240, 60]);
  await end();
});

test('it ends in the middle of a wait', async () => {
  const { clock, end } = deliverTo(1, () => later('away'));
  await clock.pass(10);
  await end();
  expect(clock.timers()).toBe(0);
});

test('a spool that cannot be read is told once and tried again, and delivery does not end', async () => {
  const clock = virtualClock();
  const said: string[] = [];
  const waiting = waitingFor(3);
  let reads = 0;
  const broken: Waiting = {
    ...waiting,
    first(most) {
      if (++reads <= 10) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
      return waiting.first(most);
    },
  };
  const recipient: Recipient = { most: 10, send: async () => TAKEN, close: async () => {} };
  const over = new AbortController();
  const place = { clock, random: () => 0.5, say: (line: string) => said.push(line), name: 'nats://h/x' };
  const delivery = deliver(broken, recipient, place, over.signal);
  await clock.pass(600_000);
  expect([waiting.count(), delivery.sent(), reads]).toEqual([0, 3, 12]);
  expect(said.map((line) => line.replace(/ after .*/, ''))).toEqual([
    expect.stringMatching(/^nats:\/\/h\/x: the spool cannot be read: .*; 3 records in the spool$/),
    'nats://h/x takes records again',
  ]);
  over.abort();
  await delivery.ended;
});
