import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PAGE_START } from '../../../src/core/html/page.ts';
import { SECTIONS } from '../../../src/core/html/sections/all.ts';
import { STYLE } from '../../../src/core/html/style.ts';
import { type AnyRow, headingOf, type RecordTable, type Section, section } from '../../../src/core/record/table.ts';
import { conversation } from '../../../src/core/record/tables/conversation.ts';
import { dnsQuery } from '../../../src/core/record/tables/dns-query.ts';
import { endpoint } from '../../../src/core/record/tables/endpoint.ts';
import { gap } from '../../../src/core/record/tables/meta.ts';
import { probeReport } from '../../../src/core/record/tables/probe-report.ts';
import { timeBucket } from '../../../src/core/record/tables/time-bucket.ts';
import { STATISTICS } from '../../../src/core/stats/names.ts';
import { pageOf, rowWith } from '../../support/pages.ts';

/** Everything that a report can hold, each with one row. */
const TABLES: readonly RecordTable[] = SECTIONS.flatMap(({ tables }) => tables);
const everything = (text: string, number = 7): readonly Section[] =>
  TABLES.map((table) => ({ table, rows: [rowWith(table, text, number)] }));

test('each statistic has a section', () => {
  const shown = new Set(TABLES.map(({ type }) => type));
  const missing = Object.values(STATISTICS).flatMap(({ tables }) => tables.filter(({ type }) => !shown.has(type)));
  expect(missing).toEqual([]);
});

test('a record that has no section is a bug, not a silence', async () => {
  await expect(pageOf([{ table: { ...endpoint, type: 'other' }, rows: [] }])).rejects.toThrow('no section for other');
});

describe('a page of everything', () => {
  test('is one document that names its language, its only style, and that nothing else may be loaded or run', async () => {
    const page = await pageOf(everything('x'));
    expect(page.startsWith(PAGE_START)).toBe(true);
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    const hash = createHash('sha256').update(STYLE).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.match(/<style>([\s\S]*?)<\/style>/)![1]).toBe(STYLE);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|<use|\bsrc=|\bon[a-z]+=|style="|url\(|@import|xlink/);
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, to]) => /^#s\d+$/.test(to!))).toBe(true);
  });

  test('is well-formed: each element that is opened is closed in its turn', async () => {
    const page = await pageOf(everything('x'));
    const open: string[] = [];
    for (const [, close, name, , alone] of page
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+="[^"]*")*)\s*(\/?)>/g)) {
      if (alone === '/' || name === 'meta') continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
    // no other angle bracket is left
    expect(page.replace(/<[^<>]*>/g, '').includes('<')).toBe(false);
  });

  test('has headings in order, one of them the first', async () => {
    const levels = [...(await pageOf(everything('x'))).matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  test('every picture has a title and a description of its own, and a table after it in its section', async () => {
    const page = await pageOf(everything('x'));
    const pictures = page.match(/<svg [\s\S]*?<\/svg>/g)!;
    expect(pictures.length).toBeGreaterThan(20);
    for (const picture of pictures) expect(picture).toMatch(/<title[^>]*>[^<]+<\/title><desc[^>]*>[^<]+<\/desc>/);
    for (const [, title, desc] of page.matchAll(/aria-labelledby="(i\d+) (i\d+)"/g))
      for (const id of [title, desc]) expect(page.split(`id="${id}"`)).toHaveLength(2);
    for (const part of page.split('<section ').slice(1)) {
      const last = part.lastIndexOf('</figure>');
      if (last >= 0) expect(part.indexOf('<table>', last)).toBeGreaterThan(last);
    }
  });

  test('tables have the headings of their fields, and numbers stand to the right', async () => {
    const page = await pageOf([{ table: endpoint, rows: [rowWith(endpoint, 'x', 1234)] }]);
    expect(page).toContain(`<th scope="col">${headingOf('addr', endpoint.fields.addr)}</th>`);
    expect(page).toContain(`<th scope="col" class="num">${headingOf('packets', endpoint.fields.packets)}</th>`);
    expect(page).toContain('<td class="num">1,234</td>');
  });

  test.each([0, -5, 1e300, Number.MAX_SAFE_INTEGER, 0.0000001])('bears every number to be %d', async (number) => {
    const page = await pageOf(everything('x', number));
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  test('bears every value to be unknown that may be', async () => {
    const rows = TABLES.map((table) => ({
      table,
      rows: [
        Object.fromEntries(
          Object.entries(rowWith(table, 'x', 7)).map(([name, value]) => [
            name,
            table.fields[name]!.nullable ? null : value,
          ]),
        ) as AnyRow,
      ],
    }));
    const page = await pageOf(rows);
    expect(page).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
    expect(page).toContain('–');
  });

  test('says where there is nothing', async () => {
    const page = await pageOf(TABLES.map((table) => ({ table, rows: [] })));
    expect(page.match(/<p class="none">[^<]+<\/p>/g)!.length).toBeGreaterThanOrEqual(SECTIONS.length - 1);
    expect(await pageOf([])).toContain('There are no records.');
  });
});

const CRUEL = [
  `<script>document.title='no'</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</style></title></svg></desc><svg onload=alert(1)>`,
  `<!-- ]]> <![CDATA[ &lt;script&gt; &#x3c;b&#x3e;`,
  `*/}body{background:url(http://192.0.2.1/)}`,
  'a\u202ecod.exe\u2066\u200b\x1b]52;c;AAAA\x07\x9b\0',
  'ﬁ\ud800 lone, \udc00 lone',
];

test.each(CRUEL)('text that others chose is shown and not obeyed: %j', async (text) => {
  const page = await pageOf([...everything(text), { table: gap, rows: [rowWith(gap, text, 1)] }], text);
  const without = page.replace(/<style>[\s\S]*?<\/style>/, '');
  // no element and no attribute is there that a harmless text has not
  const bare = (await pageOf([...everything('x'), { table: gap, rows: [rowWith(gap, 'x', 1)] }], 'x')).replace(
    /<style>[\s\S]*?<\/style>/,
    '',
  );
  const shapeOf = (html: string): ReadonlySet<string> =>
    new Set([...html.matchAll(/<\/?[a-zA-Z!][^\s>/]*|\s[a-zA-Z-]+=(?=")/g)].map(([one]) => one.trim()));
  expect([...shapeOf(without)].filter((one) => !shapeOf(bare).has(one) && !/^\w+=$/.test(one))).toEqual([]);
  expect(without).not.toMatch(
    /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])/,
  );
});

test('of a million conversations the largest are shown, and it says so', async () => {
  function* rows(): Iterable<AnyRow> {
    const one = rowWith(conversation, 'x', 1);
    for (let n = 0; n < 1_000_000; n++)
      yield {
        ...one,
        a_addr: '192.0.2.1',
        b_addr: '192.0.2.2',
        a_port: n % 65_536,
        b_port: 443,
        a_bytes: n,
        b_bytes: 0,
        bytes: n,
      };
  }
  const page = await pageOf([{ table: conversation, rows: rows() }]);
  expect(page).toContain(
    'The 25 conversations with the most bytes, of 1,000,000: 25 MB, less than 0.1 % of the bytes of all',
  );
  expect(page.match(/<tr>/g)).toHaveLength(26);
  expect(page).toContain('1 MB</td>');
  expect(page.length).toBeLessThan(100_000);
});

test('strangers may invent answer codes and targets: what is kept and shown is bounded', async () => {
  function* codes(): Iterable<AnyRow> {
    for (let n = 0; n < 100_000; n++) yield { ...rowWith(dnsQuery, 'x', 1), rcode: `code${n}` };
  }
  expect((await pageOf([{ table: dnsQuery, rows: codes() }])).length).toBeLessThan(100_000);
  function* targets(): Iterable<AnyRow> {
    for (let n = 0; n < 2000; n++)
      for (const span of ['hour', 'total'])
        yield {
          ...rowWith(probeReport, `t${n}`, 50),
          span,
          availability_pct: n % 100,
          until: '2026-01-02T04:04:05.678Z',
        };
  }
  const page = await pageOf([{ table: probeReport, rows: targets() }]);
  expect(page).toContain('The 100 least available targets, of 2,000');
  expect(page).toContain('1,984 other targets were more available, and have no picture here.');
  expect(page.length).toBeLessThan(1_000_000);
});

test('two gateways are two targets, and one that never answered has no axis of times', async () => {
  const row = (host: string, span: string, answered: number): AnyRow => ({
    ...rowWith(probeReport, 'gateway', 4),
    host,
    span,
    until: '2026-01-02T04:04:05.678Z',
    availability_pct: answered,
    ...(answered === 0 ? { rtt_avg_ms: null, rtt_p50_ms: null, rtt_p95_ms: null, rtt_max_ms: null } : {}),
  });
  const rows = ['hour', 'total'].flatMap((span) => [row('192.0.2.1', span, 100), row('fd00::1', span, 0)]);
  const page = await pageOf([{ table: probeReport, rows }]);
  const headings = [...page.matchAll(/<h3>(gateway [^ ]+) /g)].map(([, heading]) => heading);
  expect(headings).toEqual(['gateway (fd00::1)', 'gateway (192.0.2.1)']);
  const down = page.slice(page.indexOf('<h3>gateway (fd00::1)'), page.indexOf('<h3>gateway (192.0.2.1)'));
  expect(down).toContain(', no answer, ');
  expect(down).toContain('no answer, so no time to it');
  expect(down).not.toMatch(/>[\d.]+ ms</);
  // a single hour is a dot, for a line of one point shows next to nothing
  expect(down).not.toContain('<circle class="a"');
  expect(page.slice(page.indexOf('<h3>gateway (192.0.2.1)'))).toContain('<circle class="a"');
});

test('a history of years has a picture of bounded size', async () => {
  function* hours(): Iterable<AnyRow> {
    const start = Date.parse('2016-01-01T00:00:00Z');
    for (let n = 0; n < 87_600; n++)
      yield {
        ...rowWith(probeReport, 'icmp://192.0.2.1', 3),
        time: new Date(start + n * 3_600_000).toISOString(),
        until: new Date(start + (n + 1) * 3_600_000).toISOString(),
        span: 'hour',
        known_s: 3600,
        outage_s: n % 1000 === 0 ? 60 : 0,
      };
  }
  const page = await pageOf([{ table: probeReport, rows: hours() }]);
  expect(page.length).toBeLessThan(300_000);
  expect(page).toContain('The 12 hours that were worst, of 87,600');
});

test('what is missing is told above all', async () => {
  const page = await pageOf([
    { table: timeBucket, rows: [] },
    section(gap, [
      { time: '2026-01-02T03:04:05.678Z', dropped: 1234, reason: 'conversations forgotten: too many', iface: null },
    ]),
  ]);
  expect(page.indexOf('<li>1,234 conversations forgotten: too many</li>')).toBeLessThan(page.indexOf('<main>'));
});

test('outlines are whole, however many points they have', async () => {
  function* seconds(): Iterable<AnyRow> {
    for (let n = 0; n < 3600; n++)
      yield {
        ...rowWith(timeBucket, 'x', 0),
        time: new Date(Date.parse('2026-01-02T03:00:00Z') + n * 1000).toISOString(),
        span_s: 1,
        ...{
          bytes: (n * 7919) % 10_007,
          packets: (n * 31) % 101,
          tcp_packets: (n * 31) % 57,
          udp_packets: (n * 31) % 43,
        },
      };
  }
  const outlines = [...(await pageOf([{ table: timeBucket, rows: seconds() }])).matchAll(/ d="([^"]*)"/g)];
  expect(outlines.length).toBe(12);
  expect(Math.max(...outlines.map(([, outline]) => outline!.length))).toBeGreaterThan(4096);
  for (const [, outline] of outlines) expect(outline).toMatch(/^M[-\d.,LMZ]+Z$/);
});
