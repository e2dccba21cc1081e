import { describe, expect, test } from 'vitest';
import { openProbeTable } from '../../../src/commands/probe/probe-table.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { visibleFields } from '../../../src/core/record/select-fields.ts';
import { hop } from '../../../src/core/record/tables/hop.ts';
import { type ProbeRow, probe } from '../../../src/core/record/tables/probe.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { roundOf } from '../../support/probe-rows.ts';

/** Writes snapshots as the listing does; what the terminal got. */
async function draw(
  asked: { readonly every?: number; readonly fields?: readonly string[] },
  snapshots: readonly (readonly ProbeRow[])[],
  terminal: { readonly columns: number; readonly rows: number } | null = { columns: 100, rows: 12 },
  hops: readonly Record<string, unknown>[] = [],
): Promise<string> {
  const context = fakeContext(terminal === null ? {} : { terminal });
  const { every, fields } = asked;
  const shown = { repeats: every !== undefined, namesFields: fields !== undefined };
  const renderer = openProbeTable(context, shown, {
    header: true,
    numerals: plainNumerals,
    palette: await openPalette(0),
    terminalColumns: () => terminal?.columns ?? null,
    onHidden: (headings) => context.say(headings.join()),
  });
  for (const rows of snapshots) {
    await renderer.write({ table: probe, fields: fields ?? visibleFields(probe, false), rows });
    if (hops.length > 0)
      await renderer.write({
        table: hop,
        fields: ['target', 'hop', 'addr'],
        rows: hops.map((row) => ({ ...row, time: rows[0]!.time })),
      });
    await renderer.endSnapshot();
  }
  await renderer.end();
  expect(context.said).toEqual([]);
  return context.out();
}

const A = 'tcp://192.0.2.1:443';
const B = '192.0.2.2';

test('one round is one table, whenever its targets ended, and it fits 80 columns with all that matters', async () => {
  const out = await draw({}, [[roundOf(B, [null])], [roundOf(A, [10, 11])]], { columns: 80, rows: 24 });
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd().split(/ {2,}/)),
  ).toEqual([
    ['TARGET', 'STATE', 'LOSS', 'MIN', 'AVG', 'MAX', 'DETAIL'],
    [B, 'down', '100 %', '-', '-', '-', 'no answer'],
    [A, 'up', '0 %', '10 ms', '10.5 ms', '11 ms', 'echo reply'],
  ]);
});

test('--fields are those of the table', async () => {
  const out = await draw({ fields: ['target', 'sent'] }, [[roundOf(A, [10, 11])]]);
  expect(out).toBe('TARGET               SENT\ntcp://192.0.2.1:443     2\n');
});

/** The last picture before the terminal is given back. */
const lastFrame = (out: string): readonly string[] =>
  out
    .split('\x1b[H')
    .at(-1)!
    .split('\x1b[J')[0]!
    .split('\r\n')
    .map((line) => line.replace('\x1b[K', '').trimEnd());

describe('several rounds on a terminal', () => {
  const every = { every: 1000 };

  test('the last of each target in place, with a bar for each of its last rounds', async () => {
    const snapshots = [
      [roundOf(A, [10]), roundOf(B, [10])],
      [roundOf(A, [10])],
      [roundOf(A, [20]), roundOf(B, [null])],
      [roundOf(B, [undefined])],
    ];
    const out = await draw(every, snapshots);
    const [head, headings, first, second, ...others] = lastFrame(out);
    expect(head).toMatch(/^\d\d:\d\d:\d\d {2}2 targets: 1 up, 1 unknown$/);
    expect(headings!.split(/ {2,}/)).toEqual(['TARGET', 'STATE', 'LAST ROUNDS', 'LOSS', 'AVG', 'UPTIME', 'DETAIL']);
    expect(first).toMatch(/^tcp:\/\/192\.0\.2\.1:443 +up +▄▄█ +0 % +20 ms/);
    expect(second).toMatch(/^192\.0\.2\.2 +unknown +▄×· +- +- .*not permitted$/);
    expect(others).toEqual([]);
    // a picture a snapshot
    expect(out.split('\x1b[H')).toHaveLength(snapshots.length + 1);
    expect(out).toContain('\x1b[?25h\x1b[?1049l');
  });

  test('sixty rounds where there is room, else the newest', async () => {
    const snapshots = Array.from({ length: 80 }, (_, index) => [roundOf(B, [index === 79 ? null : 10])]);
    const bars = async (columns: number) =>
      /[▄×]+/.exec(lastFrame(await draw(every, snapshots, { columns, rows: 10 })).at(-1)!)?.[0];
    expect(await bars(200)).toBe(`${'▄'.repeat(59)}×`);
    expect(await bars(80)).toMatch(/^▄{8,30}×$/);
  });

  test('hops of the last round stand below', async () => {
    const hops = [1, 2].map((number) => ({ target: B, hop: number, addr: `192.0.2.${number}` }));
    const frame = lastFrame(
      await draw(every, [[roundOf(B, [10])], [{ ...roundOf(B, [10]), time: 'later' }]], undefined, hops),
    );
    expect(frame.slice(4).map((line) => line.split(/ +/))).toEqual([
      ['TARGET', 'HOP', 'ADDR'],
      [B, '1', '192.0.2.1'],
      [B, '2', '192.0.2.2'],
    ]);
  });

  test('in a pipe there is no screen', async () => {
    const out = await draw(every, [[roundOf(B, [10])], [roundOf(B, [10])]], null);
    expect(out).not.toContain('\x1b');
    expect(out.match(/echo reply/g)).toHaveLength(2);
  });
});
