import { expect, test } from 'vitest';
import { openPalette } from '../../../src/core/output/palette.ts';
import { openStreamTable } from '../../../src/core/output/stream-table.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

const FIELDS = ['number', 'rel_s', 'length', 'src', 'dst', 'proto', 'info'];
const V6 = '2001:db8:85a3:1111:2222:8a2e:370:7334';

async function stream(columns: number | null, addresses: readonly (readonly [string, string])[], fields = FIELDS) {
  const sink = openMemorySink();
  const hidden: string[][] = [];
  const renderer = openStreamTable(sink, {
    header: true,
    palette: await openPalette(0),
    numerals: plainNumerals,
    terminalColumns: () => columns,
    onHidden: (names) => hidden.push([...names]),
    formats: {},
    widths: { number: 6, rel_s: 11, length: 6, src: 15, dst: 15, proto: 8 },
    markOf: () => ' ',
    toneOf: () => null,
  });
  for (const [index, [src, dst]] of addresses.entries())
    await renderer.write({
      table: packet,
      fields,
      rows: [
        {
          number: index + 1,
          rel_s: 0.5,
          length: 1514,
          src,
          dst,
          proto: 'TCP',
          info: '51842 → 443 [SYN] Seq=0 Win=64240',
        },
      ],
    });
  await renderer.end();
  return { lines: sink.text().trimEnd().split('\n'), hidden };
}

test('on a narrow terminal the length gives way to what a packet says', async () => {
  expect(await stream(80, [['192.168.178.101', '104.244.143.188']])).toEqual({
    lines: [
      '      NO        TIME SOURCE          DESTINATION     PROTO    INFO',
      '       1        0.5s 192.168.178.101 104.244.143.188 TCP      51842 → 443 [SYN]…',
    ],
    hidden: [['length']],
  });
});

test('nothing is hidden where twenty columns are left for what a packet says', async () => {
  expect((await stream(88, [])).hidden).toEqual([]);
  expect((await stream(89, [['192.0.2.1', '192.0.2.2']])).hidden).toEqual([]);
  expect((await stream(88, [['192.0.2.1', '192.0.2.2']])).hidden).toEqual([['length']]);
  expect((await stream(null, [['192.0.2.1', '192.0.2.2']])).hidden).toEqual([]);
});

test('of several, the least important goes first, and only as many as must', async () => {
  const fields = ['number', 'time', 'length', 'iface', 'src', 'dst', 'info'];
  expect((await stream(60, [['192.0.2.1', '192.0.2.2']], fields)).hidden).toEqual([['time', 'length', 'iface']]);
  expect((await stream(72, [['192.0.2.1', '192.0.2.2']], fields)).hidden).toEqual(
    [['length', 'iface']].map((names) => names),
  );
});

test('long addresses are shortened, each so that it differs from those before it', async () => {
  const near = '2001:db8:85a3:1111:2222:8a3e:370:7334';
  const { lines } = await stream(80, [
    [V6, '2001:db8::1'],
    [near, '2001:db8::1'],
    [V6, near],
    [near, V6],
  ]);
  const cells = lines.slice(1).map((line) => line.trim().split(/ +/).slice(2, 4));
  const short = '2001:db8:8…:370:7334';
  const other = '2001:db8…3e:370:7334';
  expect(cells).toEqual([
    [short, '2001:db8::1'],
    [other, '2001:db8::1'],
    [short, other],
    [other, short],
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('in a pipe everything is whole', async () => {
  const { lines } = await stream(null, [[V6, V6]]);
  expect(lines[1]).toBe(`       1        0.5s 1.51 kB ${V6} ${V6} TCP      51842 → 443 [SYN] Seq=0 Win=64240`);
});

test('on a wide terminal an address of a quarter of the line is whole', async () => {
  expect((await stream(4 * V6.length, [[V6, V6]])).lines[1]).toContain(` ${V6} ${V6} `);
  expect((await stream(4 * V6.length - 1, [[V6, V6]])).lines[1]).not.toContain(V6);
});

test('a row has its mark, its tone and its own formats; a last number stands to the right, and nothing is written twice', async () => {
  const sink = openMemorySink();
  const renderer = openStreamTable(sink, {
    header: true,
    palette: {
      ...(await openPalette(0)),
      heading: (text) => `<${text}>`,
      tone: (tone, text) => (tone === null ? text : `${tone}:${text}`),
    },
    numerals: plainNumerals,
    terminalColumns: () => null,
    onHidden: () => {},
    formats: { proto: (value) => `[${value}]` },
    widths: { number: 3 },
    markOf: ({ number }) => (number === 1 ? '!' : ' '),
    toneOf: ({ number }) => (number === 1 ? 'bad' : null),
  });
  expect([renderer.mixesTypes, renderer.ownsTerminal]).toEqual([false, false]);
  const fields = ['proto', 'number'];
  await renderer.write({ table: packet, fields, rows: [{ proto: 'TCP', number: 1 }] });
  await renderer.endSnapshot();
  // a cell that is wider widens its column for all that follow
  await renderer.write({ table: packet, fields, rows: [{ proto: 'QUIC-LONG', number: 20 }] });
  await renderer.write({ table: packet, fields, rows: [{ proto: 'UDP', number: 12_345 }] });
  await renderer.end();
  expect(sink.text()).toBe('<  PROTO  NO>\nbad:! [TCP]   1\n  [QUIC-LONG]  20\n  [UDP]       12345\n');
});
