import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextFormat } from '../../../src/core/output/format.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { openRenderer } from '../../../src/core/output/renderer.ts';
import { openTableRenderer } from '../../../src/core/output/table-renderer.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { bytes, flag, list, maybe, millis, shown, text } from '../../../src/core/record/field.ts';
import { type AnyRow, type RecordTable, type Section, table } from '../../../src/core/record/table.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

const sample = table('sample', 'One row per sample.', {
  name: text('Name.', shown()),
  size: maybe(bytes('Size.', shown('SIZE'))),
  rtt_ms: maybe(millis('Time.')),
  up: flag('Up.'),
  tags: list('Tags.'),
});
const ROWS = [
  { name: 'plain', size: 1500, rtt_ms: 0.25, up: true, tags: ['a', 'b'] },
  { name: 'tab\tand "quote", comma', size: null, rtt_ms: null, up: false, tags: [] },
];

async function render(
  format: TextFormat | 'table',
  rows: readonly AnyRow[],
  options: { header?: boolean; fields?: readonly string[]; columns?: number; table?: RecordTable } = {},
) {
  const sink = openMemorySink();
  const of = options.table ?? sample;
  const header = options.header ?? true;
  const renderer =
    format === 'table'
      ? openTableRenderer(sink, {
          header,
          palette: await openPalette(0),
          numerals: plainNumerals,
          terminalColumns: () => options.columns ?? null,
          onHidden: () => {},
        })
      : openRenderer(sink, format, header);
  await renderer.write({ table: of, fields: options.fields ?? Object.keys(of.fields), rows });
  await renderer.endSnapshot();
  await renderer.end();
  return sink.text();
}

describe('ndjson', () => {
  test.each([
    ['text', false],
    ['bytes', true],
  ])('rows that write their own lines, between others, to a sink that takes %s', async (_, takesBytes) => {
    const sink = openMemorySink();
    const writeLines = (bytes: Uint8Array) => sink.write(Buffer.from(bytes).toString());
    const renderer = openRenderer(takesBytes ? { ...sink, writeLines } : sink, 'ndjson', true);
    const row = ROWS[0]!;
    const fields = ['name'];
    const line = `${'→'.repeat(20_000)}\n`;
    await renderer.write({ table: sample, fields, rows: [row] });
    await renderer.write({ table: sample, fields, rows: [{}, {}, {}], writeLine: (out) => out.text(line) });
    await renderer.write({ table: sample, fields, rows: [row] });
    await renderer.end();
    const other = '{"type":"sample","name":"plain"}\n';
    expect(sink.text()).toBe(other + line + line + line + other);
  });

  test.each([true, false])('lines stay as they were written while the sink holds them: %s', async (holds) => {
    const given: Uint8Array[] = [];
    const texts: string[] = [];
    const writeLines = (bytes: Uint8Array): undefined => {
      given.push(bytes);
      texts.push(Buffer.from(bytes).toString());
    };
    const renderer = openRenderer({ ...openMemorySink(), writeLines, isIdle: () => !holds }, 'ndjson', true);
    const rows = Array.from({ length: 40 }, (_, number) => ({ number }));
    const writeLine: Section['writeLine'] = (out, row) => out.text(`${String(row.number).repeat(2000)}\n`);
    await renderer.write({ table: sample, fields: ['name'], rows, writeLine });
    expect(texts.join('')).toBe(rows.map(({ number }) => `${String(number).repeat(2000)}\n`).join(''));
    expect(given.length).toBeGreaterThan(1);
    const kept = given.map((bytes) => Buffer.from(bytes).toString()).join('') === texts.join('');
    expect([kept, given[0]!.buffer === given[1]!.buffer]).toEqual([holds, !holds]);
  });

  test('one record a line, type first, unknown is null', async () => {
    expect(await render('ndjson', ROWS)).toBe(
      '{"type":"sample","name":"plain","size":1500,"rtt_ms":0.25,"up":true,"tags":["a","b"]}\n' +
        '{"type":"sample","name":"tab\\tand \\"quote\\", comma","size":null,"rtt_ms":null,"up":false,"tags":[]}\n',
    );
  });

  test('chosen fields in the order asked for', async () => {
    expect(await render('ndjson', ROWS.slice(0, 1), { fields: ['up', 'name'] })).toBe(
      '{"type":"sample","up":true,"name":"plain"}\n',
    );
  });

  test('rows whose keys are in another order are printed in the order of the table', async () => {
    const shuffled = [{ tags: [], up: true, rtt_ms: 1, size: 2, name: 'x' }];
    expect(await render('ndjson', shuffled)).toBe(
      '{"type":"sample","name":"x","size":2,"rtt_ms":1,"up":true,"tags":[]}\n',
    );
  });

  test('rows that share nothing, which another writer takes over, look the same', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({
      ...ROWS[n % 2]!,
      name: n % 3 === 0 ? `n${n}\u202e"` : `n${n}"`,
      size: n,
      rtt_ms: n / 7,
    }));
    const alone = await Promise.all(rows.map((row) => render('ndjson', [row])));
    expect(await render('ndjson', rows)).toBe(alone.join(''));
  });

  test('whatever the texts, a line is a record and comes back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.string({ unit: ANY_CHARACTER }),
            size: fc.option(fc.nat()),
            rtt_ms: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
            up: fc.boolean(),
            tags: fc.array(fc.string()),
          }),
        ),
        async (rows) => {
          const lines = (await render('ndjson', rows)).split('\n').slice(0, -1);
          expect(lines.length).toBe(rows.length);
          for (const [i, line] of lines.entries())
            expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ type: 'sample', ...rows[i] })));
        },
      ),
    );
  });
});

describe('json', () => {
  test('one document', async () => {
    expect(JSON.parse(await render('json', ROWS))).toHaveLength(2);
  });
  test('no record is an empty array', async () => {
    expect(await render('json', [])).toBe('[]\n');
  });
});

describe('tsv', () => {
  test('raw numbers, empty cells for unknown, escapes that keep a record on its line', async () => {
    expect(await render('tsv', ROWS)).toBe(
      'name\tsize\trtt_ms\tup\ttags\nplain\t1500\t0.25\ttrue\ta,b\ntab\\tand "quote", comma\t\t\tfalse\t\n',
    );
  });
  test('no header', async () => {
    expect(await render('tsv', ROWS.slice(0, 1), { header: false, fields: ['size'] })).toBe('1500\n');
  });
});

describe('csv', () => {
  test('quotes as RFC 4180 does', async () => {
    expect(await render('csv', ROWS)).toBe(
      'name,size,rtt_ms,up,tags\nplain,1500,0.25,true,"a,b"\n"tab\\tand ""quote"", comma",,,false,\n',
    );
  });
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', "=cmd|' /C calc'!A0"])('%s is no formula', async (name) => {
    const cell = (await render('csv', [{ ...ROWS[0]!, name }], { header: false, fields: ['name'] })).trim();
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
  });
  test('a negative number stays a number', async () => {
    expect(await render('csv', [{ ...ROWS[0]!, rtt_ms: -1.5 }], { header: false, fields: ['rtt_ms'] })).toBe('-1.5\n');
  });
});

describe('table', () => {
  test('aligned, numbers to the right, units for people', async () => {
    expect(await render('table', ROWS, { fields: ['name', 'size'] })).toBe(
      [
        'NAME                       SIZE',
        'plain                    1.5 kB',
        'tab\\tand "quote", comma       -',
        '',
      ].join('\n'),
    );
  });

  test('fits the terminal and keeps wide characters in their columns', async () => {
    const rows = [
      { ...ROWS[0]!, name: '漢字漢字漢字漢字漢字' },
      { ...ROWS[0]!, name: 'a' },
    ];
    const out = await render('table', rows, { fields: ['name', 'size'], columns: 20 });
    expect(out).toBe(['NAME            SIZE', '漢字漢字漢…   1.5 kB', 'a             1.5 kB', ''].join('\n'));
  });

  test('more rows than cli-table3 takes look the same', async () => {
    const many = Array.from({ length: 1200 }, () => ROWS[0]!);
    const few = await render('table', many.slice(0, 2), { fields: ['name', 'size'] });
    const all = await render('table', many, { fields: ['name', 'size'] });
    expect(all.split('\n').slice(0, 3)).toEqual(few.split('\n').slice(0, 3));
    expect(all.split('\n')).toHaveLength(1202);
  });
});

describe('several snapshots', () => {
  const other = table('other', 'One row.', { word: text('Word.') });
  /** Two snapshots with a row each, then one of another type; after each, what a reader has by then. */
  async function snapshots(format: TextFormat, header = true) {
    const sink = openMemorySink();
    const told: string[] = [];
    const renderer = openRenderer(sink, format, header, { table: sample, onOther: ({ type }) => told.push(type) });
    for (const name of ['one', 'two']) {
      await renderer.write({ table: sample, fields: ['name', 'size'], rows: [{ name, size: 1 }] });
      await renderer.endSnapshot();
    }
    for (const word of ['w', 'x']) await renderer.write({ table: other, fields: ['word'], rows: [{ word }] });
    await renderer.end();
    return { out: sink.text(), told, renderer };
  }

  test.each<[TextFormat, string, string[], boolean]>([
    ['tsv', 'name\tsize\none\t1\ntwo\t1\n\nword\nw\nx\n', [], false],
    ['csv', 'name,size\none,1\ntwo,1\n', ['other'], false],
    [
      'ndjson',
      '{"type":"sample","name":"one","size":1}\n{"type":"sample","name":"two","size":1}\n{"type":"other","word":"w"}\n{"type":"other","word":"x"}\n',
      [],
      true,
    ],
    [
      'json',
      '[\n{"type":"sample","name":"one","size":1},\n{"type":"sample","name":"two","size":1},\n{"type":"other","word":"w"},\n{"type":"other","word":"x"}\n]\n',
      [],
      true,
    ],
  ])('as %s have one header', async (format, expected, others, mixes) => {
    const { out, told, renderer } = await snapshots(format);
    expect(out).toBe(expected);
    expect(told).toEqual(others);
    expect([renderer.mixesTypes, renderer.ownsTerminal]).toEqual([mixes, false]);
  });

  test('without a header there is none, nor an empty line', async () => {
    expect((await snapshots('tsv', false)).out).toBe('one\t1\ntwo\t1\nw\nx\n');
    expect((await snapshots('csv', false)).out).toBe('one,1\ntwo,1\n');
  });

  test('the first table of a CSV is the one when nobody says which', async () => {
    const sink = openMemorySink();
    const renderer = openRenderer(sink, 'csv', true);
    await renderer.write({ table: other, fields: ['word'], rows: [{ word: 'w' }] });
    await renderer.write({ table: sample, fields: ['name'], rows: ROWS });
    await renderer.end();
    expect(sink.text()).toBe('word\nw\n');
  });
});

test.each<[TextFormat, number]>([
  ['tsv', 4],
  ['json', 4],
])('%s waits for a reader that is behind, a row at a time', async (format, writes) => {
  const order: string[] = [];
  const sink = {
    ...openMemorySink(),
    write: (): Promise<void> => {
      order.push('write');
      return Promise.resolve().then(() => void order.push('drained'));
    },
  };
  const renderer = openRenderer(sink, format, true);
  await renderer.write({ table: sample, fields: ['size'], rows: [...ROWS, ROWS[0]!] });
  await renderer.end();
  expect(order).toEqual(Array.from({ length: writes }, () => ['write', 'drained']).flat());
});
