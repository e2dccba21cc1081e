import { expect, test } from 'vitest';
import { askInTurn } from '../../../src/platform/probe/ask-in-turn.ts';
import { type Deadline, openDeadline } from '../../../src/platform/probe/deadline.ts';
import { CannotAsk, type Resolved } from '../../../src/platform/probe/resolve-host.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const at = (addr: string): Resolved => ({ addr, zone: '', zoneIndex: 0 });
const addresses = (first: string, ...more: readonly string[]) => ({
  all: [at(first), ...more.map(at)] as const,
});
/** What an address does: after so long it answers with its own name, or fails; null is silence. */
type Deed = readonly [afterMs: number, fails?: Error] | null;

async function ask(deeds: Readonly<Record<string, Deed>>, passMs: number, interruptedAt: number | null = null) {
  const clock = virtualClock();
  const run = new AbortController();
  const deadline = openDeadline(clock, 2000, run.signal);
  const began: [string, number][] = [];
  const discarded: string[] = [];
  const start = clock.monotonic();
  const [first = '', ...more] = Object.keys(deeds);
  const attempt = async (to: Resolved, within: Deadline): Promise<string> => {
    began.push([to.addr, clock.monotonic() - start]);
    const deed = deeds[to.addr]!;
    const work = new Promise<string>((resolve, reject) => {
      if (deed === null) return;
      clock.after(deed[0], () => (deed[1] === undefined ? resolve(to.addr) : reject(deed[1])));
    });
    return within.race(work, 'answer', () => {});
  };
  if (interruptedAt !== null) clock.after(interruptedAt, () => run.abort());
  const asked = askInTurn(addresses(first, ...more), deadline, attempt, (value) => discarded.push(value)).then(
    ({ to, value, note }) => ({ addr: to.addr, value, note, error: null, elapsed: clock.monotonic() - start }),
    (error: Error) => ({ error, note: error.message, elapsed: clock.monotonic() - start }),
  );
  await clock.pass(passMs);
  const told = await asked;
  deadline.close();
  return { told, began, discarded, timers: clock.timers() };
}
const refused = new Error('connection refused');
const ours = new CannotAsk('no address of this machine fits');

test('one address alone is asked with all of the time, and says what it says', async () => {
  const { told, began } = await ask({ a: [1999] }, 2000);
  expect(told).toMatchObject({ addr: 'a', value: 'a', note: '', elapsed: 1999 });
  expect(began).toEqual([['a', 0]]);
  expect((await ask({ a: [5, refused] }, 2000)).told.error).toBe(refused);
  expect((await ask({ a: null }, 2000)).told.note).toBe('no answer within 2000 ms');
});

test('the next is asked at once when one fails, or when its share is over', async () => {
  const { told, began, timers } = await ask({ a: [10, refused], b: null, c: [30] }, 2000);
  expect(began).toEqual([
    ['a', 0],
    ['b', 10],
    ['c', 10 + (2000 - 10) / 2],
  ]);
  expect(told).toMatchObject({
    ...{ addr: 'c', value: 'c', elapsed: 1035 },
    note: '; not by a: connection refused; not by b: no answer within 1025 ms',
  });
  expect(timers).toBe(0);
});

test('one that answers late still counts, and what comes after it is no fault', async () => {
  const { told, began } = await ask({ a: [1500], b: null }, 2000);
  expect(began).toEqual([
    ['a', 0],
    ['b', 1000],
  ]);
  expect(told).toMatchObject({ addr: 'a', note: '', elapsed: 1500 });
  const failing = await ask({ a: [1500], b: [100, refused] }, 2000);
  expect(failing.told).toMatchObject({ addr: 'a', note: '; not by b: connection refused', elapsed: 1500 });
});

test('two that answer at the same moment: one counts, the other is discarded', async () => {
  const { told, discarded } = await ask({ a: [1100], b: [100] }, 2000);
  expect(told).toMatchObject({ addr: 'a', note: '' });
  expect(discarded.length).toBeLessThanOrEqual(1);
});

test('none answers: each reason with its addresses', async () => {
  const told = async (deeds: Readonly<Record<string, Deed>>) => (await ask(deeds, 2000)).told;
  expect((await told({ a: [1, refused], b: [1, refused] })).note).toBe('connection refused (a, b)');
  expect((await told({ a: [1, refused], b: null })).note).toBe('connection refused (a); no answer within 2000 ms (b)');
  const both = await told({ a: null, b: null });
  expect(both).toMatchObject({ note: 'no answer within 2000 ms (a, b)', elapsed: 2000 });
  const many = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`a${n}`, [1, refused] as const]));
  expect((await told(many)).note).toBe('connection refused (a0, a1, a2, a3 and 2 more)');
});

test('it is a fault of this machine when that is so of all, and not of one', async () => {
  const error = async (deeds: Readonly<Record<string, Deed>>) => (await ask(deeds, 2000)).told.error;
  expect(await error({ a: [1, ours], b: [1, ours] })).toBeInstanceOf(CannotAsk);
  expect(await error({ a: [1, ours], b: [1, refused] })).not.toBeInstanceOf(CannotAsk);
  expect(await error({ a: [1, refused], b: [1, ours] })).not.toBeInstanceOf(CannotAsk);
  expect(await error({ a: [1, ours] })).toBeInstanceOf(CannotAsk);
});

test('a run that is interrupted', async () => {
  const { told, began } = await ask({ a: null, b: [1] }, 2000, 500);
  expect(told).toMatchObject({ note: 'interrupted', elapsed: 500 });
  expect(began).toEqual([['a', 0]]);
});
