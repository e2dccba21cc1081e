import { expect, test } from 'vitest';
import type { Reply } from '../../../src/core/delivery/message.ts';
import { pushEvery } from '../../../src/core/delivery/push.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const TAKEN: Reply = { kind: 'taken', refused: 0, why: null };
const later = (reason: string, afterMs: number | null = null): Reply => ({ kind: 'later', reason, afterMs });

/** Pushes numbers that grow; a reading fails where `read` throws. */
function pushing(
  reply: (number: number, at: number) => Reply,
  { intervalMs = 15_000, read = (): void => {}, takesMs = 0 } = {},
) {
  const clock = virtualClock();
  const start = clock.monotonic();
  const now = (): number => clock.monotonic() - start;
  const tries: number[] = [];
  const said: string[] = [];
  const faults: unknown[] = [];
  let values = 0;
  const over = new AbortController();
  const push = pushEvery<number>(
    {
      intervalMs,
      async read() {
        values++;
        read();
        return values;
      },
      async send() {
        tries.push(now());
        await clock.sleep(takesMs);
        return reply(tries.length, now());
      },
    },
    {
      ...{ clock, random: () => 0.5, name: 'otlp+http://h:4318' },
      say: (line) => said.push(line),
      fault: (error) => faults.push(error),
    },
    over.signal,
  );
  const end = (): Promise<void> => {
    over.abort();
    return push.ended;
  };
  return { ...{ clock, tries, said, faults, push, end }, values: () => values };
}

test('a value is read and sent every interval, counted from when the one before was begun', async () => {
  const { clock, tries, said, push, end } = pushing(() => TAKEN, { takesMs: 4000 });
  await clock.pass(60_000);
  expect(tries).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  expect(said).toEqual([]);
  expect(push.health()).toEqual({ sent: 4, failures: 0, refused: 0, sentAt: clock.now() - 11_000 });
  await clock.pass(4000);
  await end();
  expect(clock.timers()).toBe(0);
});

test('an hour of 500 at an interval of a second: waits grow to half a minute, and it is said once', async () => {
  const hour = 3_600_000;
  const { clock, tries, said, push, values, end } = pushing((_, at) => (at < hour ? later('it answers 500') : TAKEN), {
    intervalMs: 1000,
  });
  await clock.pass(hour);
  expect(tries.length).toBeLessThan(200);
  // nothing is read that is not sent
  expect(values()).toBe(tries.length);
  expect(said).toEqual(['otlp+http://h:4318: it answers 500; newer metrics take the place of these']);
  const failures = push.health().failures;
  await clock.pass(60_000);
  expect(said[1]).toBe('otlp+http://h:4318 takes metrics again after 1h00m');
  expect(said).toHaveLength(2);
  expect(push.health().failures).toBe(failures);
  expect(push.health().sent).toBeGreaterThan(30);
  await end();
});

test('what the other side asks for is waited, up to an hour', async () => {
  const { clock, tries, end } = pushing((number) =>
    number === 1 ? later('429', 120_000) : number === 2 ? later('429', 1e12) : TAKEN,
  );
  await clock.pass(120_000);
  expect(tries).toEqual([0, 120_000]);
  await clock.pass(3_600_000);
  expect(tries).toEqual([0, 120_000, 3_720_000]);
  await end();
});

test('a side with a new reason for every try is told of five times, and of its end', async () => {
  const { clock, said, end } = pushing((number) => (number <= 100 ? later(`reason ${number}`) : TAKEN), {
    intervalMs: 1000,
  });
  await clock.pass(3_600_000);
  expect(said.map((line) => line.replace(/;.*| after.*/, ''))).toEqual([
    ...[1, 2, 3, 4, 5].map((number) => `otlp+http://h:4318: reason ${number}`),
    'otlp+http://h:4318 takes metrics again',
  ]);
  await end();
});

test('two reasons in turn are told once each', async () => {
  const { clock, said, end } = pushing((number) => later(number % 2 === 0 ? 'reset' : 'no answer in time'));
  await clock.pass(3_600_000);
  expect(said).toHaveLength(2);
  await end();
});

test('values that are refused are counted each time and told once', async () => {
  const refused: Reply = { kind: 'taken', refused: 3, why: 'too old' };
  const { clock, said, push, end } = pushing((number) => (number % 2 === 0 ? TAKEN : refused));
  await clock.pass(150_000);
  expect(push.health()).toMatchObject({ sent: 11, failures: 0, refused: 18 });
  expect(said).toEqual(['otlp+http://h:4318 refused 3 values: too old']);
  await end();
});

test('a reading that fails is told as that of the machine, and the next one is sent', async () => {
  let reads = 0;
  const { clock, tries, faults, push, end } = pushing(() => TAKEN, {
    read() {
      if (++reads < 3) throw new Error('no netlink');
    },
  });
  await clock.pass(30_000);
  expect(tries).toEqual([30_000]);
  expect(faults).toHaveLength(2);
  expect(push.health()).toMatchObject({ sent: 1, failures: 0 });
  await end();
});

test('it ends in the middle of a wait, and leaves no timer', async () => {
  const { clock, end } = pushing(() => later('away', 3_600_000));
  await clock.pass(10);
  await end();
  expect(clock.timers()).toBe(0);
});
