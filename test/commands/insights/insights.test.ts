import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../../src/core/insight/all-rules.ts';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import type { RouteRow } from '../../../src/core/record/tables/network-config.ts';
import { openPlatform } from '../../../src/platform/index.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';

const LOOPBACK = path.join(import.meta.dirname, '../../captures/loopback.pcap');
const HOST = path.join(import.meta.dirname, '../../hosts/linux');

describe('--explain', () => {
  test('a rule is a page, with its thresholds', async () => {
    const { status, out } = await netwatch('insights', '--explain', 'port_scan');
    expect(status).toBe(0);
    expect(out).toMatch(/^rule {9}port_scan\nseverity {5}warn\n/);
    expect(out).toContain('\nthresholds   ports=');
    expect(out).toContain('\nadvice       ');
  });

  test('all is a list of every rule', async () => {
    const { out } = await netwatch('insights', '--explain', 'all', '--json');
    expect(recordsOf(out).map(({ rule }) => rule)).toEqual(RULES.map(({ name }) => name));
  });

  test.each([
    ['portscan', 'did you mean port_scan?'],
    ['nonsense', 'netwatch help rules lists them'],
  ])('an unknown one is refused: %s', async (name, hint) => {
    expect(await netwatch('insights', '--explain', name)).toMatchObject({
      status: 64,
      said: [`--explain "${name}" is no rule`, hint],
    });
  });
});

test('every rule says in English what it finds, and has its own name', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  for (const { name, about, explanation, advice, thresholds } of RULES) {
    expect(name).toMatch(/^[a-z][a-z_]*$/);
    expect(about).toMatch(/[^.]$/);
    for (const text of [explanation, advice, ...Object.values(thresholds).map(({ doc }) => doc)]) {
      expect(text).toMatch(/^[A-Z].*\.$/s);
    }
  }
});

describe('a threshold decides', () => {
  test('in a capture, and --fail-on gives the exit status', async () => {
    const words = ['insights', '-r', LOOPBACK, '--json', '-f', 'rule == port_scan'];
    expect(await netwatch(...words)).toMatchObject({ status: 0, out: '' });
    const low = await netwatch(
      ...words,
      '--threshold',
      'port_scan.ports=1,port_scan.failed_pct=0',
      '--fail-on',
      'severity >= warning',
    );
    expect(low.status).toBe(1);
    expect(recordsOf(low.out).length).toBeGreaterThan(0);
  });
});

test('a saved machine is looked at once', async () => {
  const { status, said } = await netwatch('insights', '--root', HOST, '--json');
  expect(status).toBe(0);
  expect(said.filter((line) => line.startsWith('capturing'))).toEqual([]);
});

test('with --duration there is one look, and no time before its rows', async () => {
  const words = ['--no-packets', '--ai', 'never', '--threshold', 'conntrack_full.pct=0', '-o', 'tsv'];
  const platform = await openPlatform({ root: HOST, netns: null }, realClock);
  const { status, out } = await runInProcess(['insights', ...words, '--duration', '1s'], { platform });
  expect([status, out.match(/^conntrack_full\t/gm)?.length, out.startsWith('rule\t')]).toEqual([0, 1, true]);
});

test('--new prints a finding where it begins, and what held from the beginning once', async () => {
  const failed = { addr: '192.0.2.254', mac: null, iface: 'eth0', state: 'FAILED', host: null, vendor: null } as const;
  const route = {
    dst: 'default',
    gateway: '192.0.2.254',
    iface: 'eth0',
    kind: null,
    flags: [],
    family: 'ipv4',
  } as unknown as RouteRow;
  const listening = (local_port: number) =>
    socketOf({ key: local_port, state: 'LISTEN', local_port, remote_addr: null, remote_port: null, inode: local_port });
  const platform = {
    ...fakePlatform([
      readingOf([]),
      readingOf([listening(4444)]),
      readingOf([listening(4444), listening(5555)]),
      readingOf([listening(5555)]),
    ]),
    readRoutes: async () => ({ rows: [route], limits: [] }),
    readNeighbors: async () => ({ rows: [failed], limits: [] }),
  };
  const found = async (...words: readonly string[]) => {
    const { out } = await runInProcess(
      ['insights', '--interval', '1', '-c', '3', ...words, '--ai', 'never', '--json'],
      {
        platform,
      },
    );
    return recordsOf<InsightRow & { type: string }>(out)
      .filter(({ rule }) => rule === 'gateway_failed' || rule === 'new_listener')
      .map(({ time, subject, since }) => [time, subject, since].join(' '));
  };
  expect(await found('--new')).toEqual([
    '2026-01-02T03:04:06.678Z 192.0.2.254 2026-01-02T03:04:05.678Z',
    '2026-01-02T03:04:06.678Z TCP 192.0.2.10:4444 2026-01-02T03:04:06.678Z',
    '2026-01-02T03:04:07.678Z TCP 192.0.2.10:5555 2026-01-02T03:04:07.678Z',
  ]);
});

test.each([
  [['-r', LOOPBACK, '--interval', '1'], '--interval needs a live machine, not a file of --read'],
  [['-r', LOOPBACK, '-c', '1'], '--count needs a live machine, not a file of --read'],
  [['-r', LOOPBACK, '--wait', 'any(severity >= warn)'], '--wait needs a live machine, not a file of --read'],
  [['-r', LOOPBACK, '--probe'], '--probe needs a live machine, not a file of --read'],
  [['-r', LOOPBACK, '--no-packets'], '--no-packets needs a live machine, not a file of --read'],
  [['-r', LOOPBACK, '--new'], '--new needs a live machine, not a file of --read'],
  [['--new'], '--new needs --interval or --count: it compares each look with the one before'],
  [['--root', HOST, '--probe'], '--probe needs a live machine, not one saved as files'],
  [['--root', HOST, '--wait', 'any(severity >= warn)'], '--wait needs a live machine, not one saved as files'],
  [['--root', HOST, '-i', 'lo'], '--interface needs a live machine, not one saved as files'],
  [['--root', HOST, '--duration', '1s'], '--duration needs a live machine, not one saved as files'],
  [['--root', HOST, '-c', '2'], '--count needs a live machine, not one saved as files'],
  [['--no-packets', '--bpf', 'tcp'], '--bpf says what to capture: it cannot be used with --no-packets'],
  [['--no-packets', '--keylog', '/dev/null'], '--keylog needs a capture: insights reads live packets without keys'],
  [['--threshold', 'x'], '--threshold "x" is not RULE.THRESHOLD=NUMBER'],
])('%j is refused', async (words, message) => {
  const { status, said } = await runInProcess(['insights', ...words]);
  expect({ status, first: said[0] }).toEqual({ status: 64, first: message });
});
