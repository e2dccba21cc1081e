import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openParquetRenderer } from '../../../src/core/output/parquet.ts';
import type { Sink } from '../../../src/core/output/sink.ts';
import {
  address,
  bytes,
  choice,
  flag,
  integer,
  list,
  many,
  maybe,
  millis,
  port,
  text,
  time,
} from '../../../src/core/record/field.ts';
import { type AnyRow, table } from '../../../src/core/record/table.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';
import { openMemorySink } from '../../support/memory-sink.ts';
import { asInParquet, parquetHead, readParquet, unicode } from '../../support/parquet.ts';

const sample = table('sample', 'One row per sample.', {
  time: maybe(time('Time.')),
  name: text('Name.'),
  addr: maybe(address('Address.')),
  port: maybe(port('Port.')),
  size: maybe(bytes('Size.')),
  rtt_ms: maybe(millis('Time.')),
  up: maybe(flag('Up.')),
  state: maybe(choice('State.', ['up', 'down'])),
  tags: list('Tags.'),
  ids: many(integer('Ids.')),
});
const FIELDS = Object.keys(sample.fields);
const other = table('other', 'Another.', { name: text('Name.') });

/** What a run prints whose rows come in these sections, and what it tells. */
async function write(
  sections: readonly (readonly AnyRow[])[],
  fields: readonly string[] = FIELDS,
  sink = openMemorySink(),
) {
  const told: string[] = [];
  const renderer = openParquetRenderer(sink, {
    table: sample,
    fields,
    onOther: ({ type }) => told.push(type),
    onUnheld: (line) => told.push(line),
  });
  for (const rows of sections) {
    await renderer.write({ table: sample, fields, rows });
    await renderer.endSnapshot();
  }
  await renderer.write({ table: other, fields: ['name'], rows: [{ name: 'a' }] });
  await renderer.end();
  return { bytes: Buffer.from(sink.text(), 'latin1'), told };
}

const BLANK = Object.fromEntries(FIELDS.map((name) => [name, null]));
const rowOf = (values: AnyRow): AnyRow => ({ ...BLANK, ...values });

test('any rows are read back as they were', async () => {
  const characters = fc.string({ unit: ANY_CHARACTER, maxLength: 40 });
  const maybeOf = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
  const rows = fc.array(
    fc.record({
      time: maybeOf(
        fc
          .tuple(fc.integer({ min: Date.UTC(1970), max: Date.UTC(2262) - 1 }), fc.integer({ min: 0, max: 999_999 }))
          .map(([at, nanos]) => `${new Date(at).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`),
      ),
      name: characters,
      addr: maybeOf(fc.ipV6()),
      port: maybeOf(fc.nat(65_535)),
      size: maybeOf(fc.maxSafeInteger()),
      rtt_ms: maybeOf(fc.double({ noNaN: true, noDefaultInfinity: true })),
      up: maybeOf(fc.boolean()),
      state: maybeOf(fc.constantFrom('up', 'down')),
      tags: fc.array(characters, { maxLength: 4 }),
      ids: maybeOf(fc.array(fc.nat(), { maxLength: 4 })),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { maxLength: 3 }), async (sections) => {
      const { bytes, told } = await write(sections);
      expect(told).toEqual(['other']);
      expect(await readParquet(bytes)).toEqual(sections.flat().map((row) => asInParquet(sample, FIELDS, row)));
    }),
    { numRuns: 200 },
  );
});

test('chosen fields stand in the order asked for', async () => {
  const { bytes } = await write([[rowOf({ name: 'a', up: true })]], ['up', 'name']);
  expect(parquetHead(bytes)).toEqual({ type: 'sample', columns: ['up', 'name'], groups: [1] });
  expect(await readParquet(bytes)).toEqual([{ up: true, name: 'a' }]);
});

test('what a column cannot hold is null, and told by column', async () => {
  const wrong = {
    time: 'x',
    name: 5,
    addr: {},
    port: 2 ** 31,
    size: Number.MAX_VALUE,
    rtt_ms: '1',
    up: 'yes',
    state: false,
    tags: 'a',
    ids: [1, 0.5],
  };
  const { bytes, told } = await write([[rowOf(wrong), rowOf({ rtt_ms: Number.NaN, size: -(2 ** 63) })]]);
  expect(await readParquet(bytes)).toEqual([BLANK, BLANK]);
  expect(told).toEqual([
    'other',
    'time is null in 1 row, where it was no time in the years 1678 to 2261',
    'name is null in 1 row, where it was no text',
    'addr is null in 1 row, where it was no text',
    'port is null in 1 row, where it was no port',
    'size is null in 2 rows, where it was no whole number of 64 bits',
    'rtt_ms is null in 1 row, where it was no number',
    'up is null in 1 row, where it was no flag',
    'state is null in 1 row, where it was no text',
    'tags is null in 1 row, where it was no list in which each is a text',
    'ids is null in 1 row, where it was no list in which each is a whole number of 64 bits',
  ]);
});

describe('groups of rows', () => {
  test('are written when they have many rows, or much text', async () => {
    const many = Array.from({ length: 40_000 }, (_, index) => rowOf({ name: `n${index}`, size: index }));
    const { bytes } = await write([many, many.slice(0, 5)]);
    expect(parquetHead(bytes).groups).toEqual([16_384, 16_384, 7_237]);
    expect((await readParquet(bytes)).map(({ size }) => Number(size))).toEqual([...many.keys(), 0, 1, 2, 3, 4]);
    const long = Array.from({ length: 40 }, (_, index) => rowOf({ name: `${index}\0\ud800${'x'.repeat(1 << 20)}` }));
    const held = await write([long]);
    expect(parquetHead(held.bytes).groups).toEqual([16, 16, 8]);
    expect((await readParquet(held.bytes)).map(({ name }) => name)).toEqual(
      long.map(({ name }) => unicode(name as string)),
    );
  });

  test('wait for a slow reader', async () => {
    const memory = openMemorySink();
    let waiting = 0;
    let most = 0;
    const slow: Sink = {
      ...memory,
      async writeBytes(bytes) {
        most = Math.max(most, ++waiting);
        await new Promise(setImmediate);
        waiting--;
        await memory.writeBytes(bytes);
      },
    };
    const rows = Array.from({ length: 100_000 }, (_, index) => rowOf({ size: index }));
    const { bytes } = await write([rows], ['size'], { ...slow, text: memory.text });
    expect(most).toBe(1);
    expect(await readParquet(bytes)).toHaveLength(100_000);
  });

  test('that cannot be written end the run', async () => {
    const full: Sink = { ...openMemorySink(), writeBytes: async () => Promise.reject(new Error('no space')) };
    await expect(write([[BLANK]], FIELDS, { ...full, text: () => '' })).rejects.toThrow('no space');
  });
});
