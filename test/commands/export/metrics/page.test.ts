import { expect, test } from 'vitest';
import { LastHour } from '../../../../src/commands/export/metrics/last-hour.ts';
import { pageOf } from '../../../../src/commands/export/metrics/page.ts';
import { PAGE_STYLE } from '../../../../src/commands/export/metrics/page-style.ts';
import type { Sample } from '../../../../src/commands/export/metrics/sample.ts';
import { markup } from '../../../../src/core/html/markup.ts';
import type { ProbeRow } from '../../../../src/core/record/tables/probe.ts';
import { HOSTILE, sampleWith } from '../../../support/metric-samples.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const page = (sample: Sample, hour = new LastHour()): string =>
  pageOf({ host: HOSTILE, time: '2026-01-02T03:04:05.678Z', now: 1000, sample, hour });

test('text of others stays text, wherever it stands', () => {
  const hour = new LastHour();
  hour.takeRound({ target: HOSTILE, kind: 'tcp', host: HOSTILE, rtt_avg_ms: 3 }, 1000);
  const text = page(sampleWith(HOSTILE), hour);
  const tags = new Set([...text.replace(PAGE_STYLE, '').matchAll(/<\/?([a-zA-Z!][^\s/>]*)/g)].map(([, name]) => name));
  expect([...tags].sort()).toEqual(
    [
      ...[
        '!DOCTYPE',
        'a',
        'body',
        'footer',
        'h1',
        'h2',
        'head',
        'header',
        'html',
        'main',
        'meta',
        'p',
        'path',
        'section',
        'span',
      ],
      ...['style', 'svg', 'table', 'tbody', 'td', 'th', 'thead', 'title', 'tr'],
    ].sort(),
  );
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  const attributes = text
    .replace(PAGE_STYLE, '')
    .match(/<[^>]*>/g)!
    .flatMap((tag) => tag.match(/\s[a-z-]+=/gi) ?? []);
  expect(attributes.filter((one) => /^\s(on|style|src)/i.test(one))).toEqual([]);
  // nothing is loaded from anywhere
  expect(text.match(/\b(href|src)="[^"]*"|@import|url\(/g)).toEqual(['href="/metrics"']);
  // a control character would be seen by who saves the page and looks at it in a terminal
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('each picture says what it shows', () => {
  const hour = new LastHour();
  hour.takeFindings([], 1000);
  const text = page(sampleWith('plain'), hour);
  expect(text).toMatch(/The last hour: <span class="first">how many<\/span>/);
});

test('two gateways have a name and a picture each', () => {
  const hour = new LastHour();
  const of = (host: string): ProbeRow => roundOf('gateway', [1], { host });
  hour.takeRound({ ...of('192.0.2.1'), rtt_avg_ms: 3 }, 1000);
  hour.takeRound({ ...of('fd00::1'), rtt_avg_ms: 7 }, 1000);
  const text = page({ ...sampleWith('plain'), probes: [of('192.0.2.1'), of('fd00::1')] }, hour);
  const line = (host: string): string => text.slice(text.indexOf(`gateway (${host})`)).split('</tr>')[0]!;
  expect(line('192.0.2.1')).toContain('at most 3 ms, now 3 ms');
  expect(line('fd00::1')).toContain('at most 7 ms, now 7 ms');
});

/** What is not shown, and where it is. */
const QUIC = 'Connections of QUIC and their paths are known from packets alone: netwatch stats --by quic.';

test('it tells what there is: each finding, target, tunnel and interface, and what is not seen', () => {
  const text = page(sampleWith('plain'));
  for (const part of [
    'plain down',
    'Findings',
    'Targets',
    'Tunnels',
    'wireguard',
    'Interfaces',
    'ethernet',
    'Sessions of tunnels',
    'udp to 192.0.2.7 port 51820 by plain',
    'Paths',
    '192.0.2.1 port 40000 to 198.51.100.7 port 443',
    '1 session of MPTCP; bytes by interface: plain 80 %, wlan0 20 %.',
    '3 paths ended before their session did.',
    QUIC,
    'why plain',
  ])
    expect(text).toContain(part);
  const empty: Sample = {
    ...sampleWith('x'),
    findings: null,
    probes: [],
    interfaces: [],
    limits: [],
    tunnels: [],
    multipath: { sessions: [], lost: 0 },
  };
  for (const part of [
    'for the second time',
    '--probe TARGET',
    'no tunnel',
    'no interface',
    'No session of MPTCP is open.',
    QUIC,
  ])
    expect(page(empty)).toContain(part);
  const { health } = empty;
  expect(page(empty)).toContain('3 samples, 1 failure; the last took 0.013s;');
  expect(page({ ...empty, health: { ...health, samples: 0 } })).toContain('; nobody has asked for metrics yet;');
  expect(page({ ...empty, findings: [] })).toContain('No rule found anything.');
});

test('tables end somewhere', () => {
  const sample = sampleWith('x');
  const many = Array.from({ length: 5000 }, () => sample.findings![0]!);
  const text = page({ ...sample, findings: many });
  expect(text).toContain('4900 more are left out.');
  expect(text.length).toBeLessThan(100_000);
});

test('markup escapes what it is given, in text and in attributes', () => {
  expect(markup`<p class="${'a" onclick="x'}">${'<b>&\u202e\x1b'}${[markup`<i>${1}</i>`]}</p>`.text).toBe(
    '<p class="a&quot; onclick=&quot;x">&lt;b&gt;&amp;\\u202e\\x1b<i>1</i></p>',
  );
});
