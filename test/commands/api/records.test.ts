import { describe, expect, test } from 'vitest';
import { recordsOf } from '../../../src/commands/api/records.ts';
import type { Request } from '../../../src/commands/listing/command.ts';
import { count, maybe, text } from '../../../src/core/record/field.ts';
import { type Snapshot, section, table } from '../../../src/core/record/table.ts';

const sample = table('sample', 'One row.', { name: text('Name.'), size: maybe(count('Size.')) });
const other = table('other', 'One row.', { name: text('Name.') });
type Source = Parameters<typeof recordsOf<typeof sample>>[0] extends () => infer S ? S : never;

const SNAPSHOTS: Snapshot[] = [
  [
    section(sample, [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ]),
    section(other, [{ name: 'x' }]),
  ],
  [section(sample, [])],
  [section(sample, [{ name: 'c', size: 3 }])],
];

/** Records of these snapshots, and what happened while they were read. */
function source(given: Partial<Source> = {}) {
  const said: string[] = [];
  const seen: { request: Request | null; closed: boolean; signal: AbortSignal | null } = {
    request: null,
    closed: false,
    signal: null,
  };
  const { listening, ...rest } = given;
  const records = recordsOf<typeof sample>(() => ({
    table: sample,
    listening: { onNotice: (line) => said.push(line), ...listening },
    filter: null,
    async *run(context, request) {
      seen.request = request;
      seen.signal = context.signal;
      try {
        yield* SNAPSHOTS;
      } finally {
        seen.closed = true;
      }
    },
    ...rest,
  }));
  return { records, said, seen };
}
const names = (rows: readonly { readonly name: string }[]): string[] => rows.map(({ name }) => name);

test('all of one type, one by one or by snapshot', async () => {
  const { records, said, seen } = source();
  expect(names(await records.all())).toEqual(['a', 'b', 'c']);
  const one: string[] = [];
  for await (const { name } of records) one.push(name);
  expect(one).toEqual(['a', 'b', 'c']);
  const groups: string[][] = [];
  for await (const rows of records.snapshots()) groups.push(names(rows));
  expect(groups).toEqual([['a', 'b'], [], ['c']]);
  expect([said, seen.closed, seen.signal?.aborted]).toEqual([[], true, true]);
});

test('rows that are asked for before others have come are in order', async () => {
  const rows = source().records[Symbol.asyncIterator]();
  const came = await Promise.all([rows.next(), rows.next(), rows.next(), rows.next(), rows.next()]);
  expect(came.map(({ value }) => value?.name)).toEqual(['a', 'b', 'c', undefined, undefined]);
  expect(came.map(({ done }) => done)).toEqual([false, false, false, true, true]);
});

test('leaving ends the reading, and nothing more comes', async () => {
  const { records, seen } = source();
  const rows = records[Symbol.asyncIterator]();
  expect((await rows.next()).value).toMatchObject({ name: 'a' });
  expect(await rows.return!()).toEqual({ done: true, value: undefined });
  expect([seen.closed, seen.signal?.aborted]).toEqual([true, true]);
  expect((await rows.next()).done).toBe(true);
});

describe('filters', () => {
  test.each([
    ['size > 1', ['b', 'c']],
    [({ name }: { name: string }) => name === 'a', ['a']],
  ])('%s', async (filter, kept) => {
    const { records, said } = source({ filter });
    expect([names(await records.all()), said]).toEqual([kept, []]);
  });
  test('the reason for nothing', async () => {
    const none = source({ filter: () => false });
    expect([await none.records.all(), none.said]).toEqual([[], ['none of 3 sample records passes the filter']]);
    const empty = source({ run: async function* () {} });
    expect([await empty.records.all(), empty.said]).toEqual([[], ['no sample records']]);
    const own = source({ isFilteredByRun: true, run: async function* () {} });
    expect([await own.records.all(), own.said]).toEqual([[], ['no sample passes the filter']]);
  });
  test('a wrong one rejects', async () => {
    await expect(source({ filter: 'size >' }).records.all()).rejects.toMatchObject({ exit: 64 });
  });
});

describe('the signal', () => {
  test('that has aborted already reads nothing', async () => {
    const { records, said, seen } = source({ listening: { signal: AbortSignal.abort() } });
    expect([await records.all(), said, seen.request]).toEqual([[], [], null]);
  });
  test('ends what runs, and needs no reason', async () => {
    const end = new AbortController();
    const said: string[] = [];
    const { records } = source({
      listening: { signal: end.signal, onNotice: (line) => said.push(line) },
      async *run(context) {
        end.abort();
        expect(context.signal.aborted).toBe(true);
        yield [section(sample, [])];
      },
    });
    expect([await records.all(), said]).toEqual([[], []]);
  });
});

describe('the request', () => {
  const requestOf = async (given: Partial<Source>): Promise<Request> => {
    const { records, seen } = source(given);
    await records.all();
    return seen.request!;
  };
  test('of nothing: every field, one look', async () => {
    const { wanted, asked, repeating } = await requestOf({});
    expect([[...wanted], [...asked], repeating]).toEqual([['name', 'size'], [], false]);
  });
  test('of some fields, and of an unknown one', async () => {
    const { wanted, asked } = await requestOf({ fields: ['size'] });
    expect([[...wanted], [...asked]]).toEqual([['size'], ['size']]);
    await expect(requestOf({ fields: ['sise'] })).rejects.toMatchObject({
      exit: 64,
      message: 'unknown field "sise"',
      hint: 'did you mean size?',
    });
    await expect(requestOf({ fields: ['toString'] })).rejects.toMatchObject({ message: 'unknown field "toString"' });
  });
  test.each([
    [{ interval: 5 }, true],
    [{ count: 1 }, true],
    [{ duration: 5 }, true],
    [{}, false],
  ])('that repeats by %j', async (repeating, expected) => {
    expect((await requestOf({ repeating })).repeating).toBe(expected);
  });
  test('ticks as often as was asked, until they are ended', async () => {
    const ticked = async (repeating: NonNullable<Source['repeating']>, most: number): Promise<number> => {
      let ticks = 0;
      const { records } = source({
        repeating,
        async *run(_context, request) {
          for await (const _ of request.ticks) if (++ticks === most) request.endTicks();
          yield [section(sample, [{ name: 'a', size: ticks }])];
        },
      });
      return (await records.all())[0]!.size!;
    };
    expect(await ticked({}, 9)).toBe(1);
    expect(await ticked({ interval: 0.01, count: 3 }, 9)).toBe(3);
    expect(await ticked({ interval: 0.01 }, 2)).toBe(2);
    expect(await ticked({ count: 1 }, 9)).toBe(1);
    expect(await ticked({ duration: 0.01 }, 9)).toBe(1);
  });
  test('hands limits and gaps on', async () => {
    const told: unknown[] = [];
    const limit = { what: 'w', why: 'y', remedy: null };
    const gap = { what: 'packet', iface: null, dropped: 1, reason: 'r' };
    const { records } = source({
      listening: { onLimit: (one) => told.push(one), onGap: (one) => told.push(one), onNotice: () => {} },
      async *run(_context, request) {
        request.sayLimits([limit, limit]);
        await request.reportGap(gap);
        yield [section(sample, [])];
      },
    });
    await records.all();
    expect(told).toEqual([limit, limit, gap]);
  });
});
