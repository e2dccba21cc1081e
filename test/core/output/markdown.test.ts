import { expect, test } from 'vitest';
import { openMarkdownRenderer } from '../../../src/core/output/markdown.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { protocol } from '../../../src/core/record/tables/protocol.ts';
import { openMemorySink } from '../../support/memory-sink.ts';
import { roundOf } from '../../support/probe-rows.ts';

const fields = ['target', 'rtt_avg_ms', 'detail'];

test('one header for all snapshots, numbers to the right, unknown as a dash', async () => {
  const sink = openMemorySink();
  const renderer = openMarkdownRenderer(sink, true, plainNumerals);
  for (const row of [roundOf('192.0.2.1', [10]), roundOf('192.0.2.2', [null])]) {
    await renderer.write({ table: probe, fields, rows: [row] });
    await renderer.endSnapshot();
  }
  await renderer.end();
  expect(sink.text()).toBe(
    '| TARGET | AVG | DETAIL |\n| --- | ---: | --- |\n| 192.0.2.1 | 10 ms | echo reply |\n| 192.0.2.2 | - | no answer |\n',
  );
});

test('a share has a bar at the end of its line', async () => {
  const sink = openMemorySink();
  const renderer = openMarkdownRenderer(sink, true, plainNumerals);
  await renderer.write({
    table: protocol,
    fields: ['packets_pct', 'proto'],
    rows: [
      { packets_pct: 100, proto: 'eth' },
      { packets_pct: 10, proto: 'arp' },
      { packets_pct: 1.6, proto: 'x' },
      { packets_pct: null, proto: 'y' },
    ],
  });
  expect(sink.text().split('\n')).toEqual([
    '| PACKETS% | PROTO |  |',
    '| ---: | --- | --- |',
    `| 100 % | eth | ${'█'.repeat(30)} |`,
    '| 10 % | arp | ███ |',
    '| 1.6 % | x |  |',
    '| - | y |  |',
    '',
  ]);
});

test('a cell cannot become another, nor anything but text', async () => {
  const sink = openMemorySink();
  const renderer = openMarkdownRenderer(sink, false, plainNumerals);
  const detail = 'a | b\n| c |\\| <img src=x onerror=y> [l](javascript:z) `c` *d* _e_ ~~f~~ &lt; \x1b[2J';
  await renderer.write({ table: probe, fields: ['detail'], rows: [roundOf('192.0.2.1', [10], { detail })] });
  const text = sink.text();
  expect(text.trimEnd().split('\n')).toHaveLength(1);
  expect(text.slice(2, -3)).not.toMatch(/(?<!\\)[|`*_[\]~]/);
  expect(text).not.toMatch(/[<>\x1b]/);
  expect(text).toContain('&amp;lt;');
});
