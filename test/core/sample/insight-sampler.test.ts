import { expect, test } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import type { Listeners } from '../../../src/core/insight/observation.ts';
import { OwnConnections } from '../../../src/core/insight/own-connections.ts';
import { rule } from '../../../src/core/insight/rule.ts';
import { ThresholdSettings } from '../../../src/core/insight/thresholds.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';
import { type InsightSampling, openInsightSampler } from '../../../src/core/sample/insight-sampler.ts';
import { pcap } from '../../support/captures.ts';
import { fakeContext, START_MS } from '../../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';
import { sensorScene } from '../../support/fake-sensor.ts';
import { attempt } from '../../support/tcp-attempts.ts';

const DENIED = new Failure(EXIT.noPermission, 'capturing needs CAP_NET_RAW', { hint: 'sudo netwatch insights' });

/** A rule that writes down what it is told. */
function recorder(listeners: (told: unknown[]) => Listeners) {
  const told: unknown[] = [];
  const one = rule({
    name: 'recorder',
    severity: 'note',
    about: 'everything',
    explanation: 'It writes.',
    advice: 'Read.',
    thresholds: {},
    open: () => ({
      ...listeners(told),
      findings: () => [
        { subject: 'all', summary: `${told.length} told`, confidence: 'high', evidence: [], since: null },
      ],
    }),
  });
  return { told, rule: one };
}

async function open(asked: Partial<InsightSampling>, refusal: Failure = DENIED) {
  const platform = {
    ...fakePlatform([readingOf([socketOf()])], [[interfaceOf({ rx_bytes: 1000 })], [interfaceOf({ rx_bytes: 3000 })]]),
    openSensor: () => Promise.reject(refusal),
  };
  const { clock, signal, say, warn, isVerbose, onStatusAsked } = fakeContext();
  const place = { clock, signal, say, warn, isVerbose, onStatusAsked, platform, lesserUser: null, surrender: null };
  const sampler = await openInsightSampler(place, {
    rules: [],
    thresholds: ThresholdSettings.usual,
    serviceOf: () => null,
    packets: null,
    demandsPackets: false,
    probe: null,
    own: null,
    witness: null,
    ...asked,
  });
  const at = (s: number) => ({ time: new Date(START_MS + 1000 * s).toISOString(), monotonicMs: 1000 * s });
  return { sampler, at };
}

/** One look while these frames are captured. */
async function lookAtCaptured(
  frames: readonly { readonly bytes: Uint8Array }[],
  asked: Pick<InsightSampling, 'rules' | 'own' | 'witness'>,
): Promise<void> {
  const { openSockets } = fakePlatform([readingOf([socketOf()])]);
  const bytes = pcap(frames.map((frame) => ({ bytes: frame.bytes })));
  const { place, clock, end } = sensorScene({ bytes, platform: { openSockets } });
  const sampler = await openInsightSampler(place, {
    thresholds: ThresholdSettings.usual,
    serviceOf: () => null,
    packets: { ...PLAIN_CAPTURE, devices: ['eth0'] },
    demandsPackets: true,
    probe: null,
    ...asked,
  });
  await clock.pass(100);
  await sampler.look({ time: new Date(START_MS).toISOString(), monotonicMs: 0 });
  end();
  await sampler.close(() => {});
}

test('rules are told of sockets and of interfaces with their rates, at every look', async () => {
  const { told, rule: one } = recorder((into) => ({
    conn: (rows, now) => void into.push(['conn', rows.map(({ local_port }) => local_port), now]),
    iface: (rows, now) => void into.push(['iface', rows.map(({ rx_rate }) => rx_rate), now]),
    route: (rows) => void into.push(['route', rows.length]),
    neighbor: (rows) => void into.push(['neighbor', rows.length]),
    dns_server: (rows) => void into.push(['dns_server', rows.length]),
  }));
  const { sampler, at } = await open({ rules: [one] });
  await sampler.look(at(0));
  const { rows, limits } = await sampler.look(at(2));
  expect(limits).toEqual([]);
  const readings = [
    ['neighbor', 0],
    ['route', 0],
    ['dns_server', 0],
  ];
  expect(told).toEqual([
    ['conn', [50_000], START_MS / 1000],
    ['iface', [null], START_MS / 1000],
    ...readings,
    ['conn', [50_000], START_MS / 1000 + 2],
    ['iface', [1000], START_MS / 1000 + 2],
    ...readings,
  ]);
  expect(rows).toMatchObject([{ rule: 'recorder', summary: '10 told', time: at(2).time }]);
});

test('a glance tells the witness of interfaces, and of connections where they are wanted, and tells no rule', async () => {
  const { told, rule: one } = recorder((into) => ({
    conn: () => void into.push('conn'),
    iface: (rows) => void into.push(['iface', rows.map(({ rx_rate }) => rx_rate)]),
  }));
  const seen: string[] = [];
  const witness = {
    statistics: [],
    ingest: ({ type }: { readonly type: string }) => void seen.push(type),
    ingestSections: () => void seen.push('sections'),
  };
  const { sampler, at } = await open({ rules: [one], witness });
  await sampler.look(at(0));
  seen.length = 0;
  expect(await sampler.glance(at(1), { connections: false, statistics: true })).toEqual([]);
  expect(seen.splice(0)).toEqual(['iface']);
  expect(await sampler.glance(at(2), { connections: true, statistics: false })).toEqual([]);
  expect(seen).toEqual(['conn', 'iface']);
  expect(told).toEqual(['conn', ['iface', [null]]]);
});

test('what no rule reads is not asked for', async () => {
  const { sampler, at } = await open({});
  expect(await sampler.look(at(0))).toMatchObject({ rows: [] });
});

test('targets are asked at every look but the first, and no round is told where none has ended', async () => {
  let rounds = 0;
  const row = {} as ProbeRow;
  const { told, rule: one } = recorder((into) => ({ probe: (rows) => void into.push(rows) }));
  const probe = async () => {
    return rounds++ === 1 ? [] : [row];
  };
  const { sampler, at } = await open({ rules: [one], probe });
  await sampler.look(at(0));
  expect([rounds, told]).toEqual([0, []]);
  for (const time of [1, 2, 3]) await sampler.look(at(time));
  expect([rounds, told]).toEqual([3, [[row], [row]]]);
});

test('packets that may not be captured are a limit at every look', async () => {
  const { sampler, at } = await open({ packets: PLAIN_CAPTURE });
  const limit = { what: 'packets', why: 'capturing needs CAP_NET_RAW', remedy: 'sudo netwatch insights' };
  expect((await sampler.look(at(0))).limits).toEqual([limit]);
  expect((await sampler.look(at(1))).limits).toEqual([limit]);
});

test.each([
  ['demanded', { demandsPackets: true }, DENIED],
  ['not for want of a permission', {}, new Failure(EXIT.noInput, 'no such interface')],
])('packets that cannot be captured end the run: %s', async (_, asked, refusal) => {
  await expect(open({ packets: PLAIN_CAPTURE, ...asked }, refusal)).rejects.toThrow(refusal.message);
});

test('statistics of what is captured are told to the rules, and to a witness too', async () => {
  const { told, rule: one } = recorder((into) => ({
    handshake: (rows) => void into.push(rows.map(({ outcome }) => outcome)),
  }));
  const seen: unknown[] = [];
  const frames = [...attempt({ at: 0 }), ...attempt({ at: 10, clientPort: 40_001, port: 81, ends: 'refused' })];
  await lookAtCaptured(frames, {
    rules: [one],
    own: null,
    witness: {
      statistics: ['protocols'],
      ingest: ({ type, value }) => void (type === 'handshake' && seen.push(['observed', value.length])),
      ingestSections: (sections) =>
        void seen.push(sections.map(({ table, rows }) => [table.type, [...rows].length, [...rows].length])),
    },
  });
  expect(told).toEqual([['complete', 'refused']]);
  expect(seen).toEqual([
    [
      ['handshake', 2, 2],
      ['handshake_histogram', 8, 8],
      ['protocol', 3, 3],
    ],
    ['observed', 2],
  ]);
});

test('what threw is told at the end', async () => {
  const { rule: one } = recorder(() => ({
    conn() {
      throw new Error('no');
    },
  }));
  const { sampler, at } = await open({ rules: [one] });
  await sampler.look(at(0));
  const counts: number[] = [];
  await sampler.close((faults) => counts.push(faults.count));
  expect(counts).toEqual([1]);
});

test('connections that probes opened are told to the witness, and to no rule', async () => {
  const { told, rule: one } = recorder((into) => ({
    packet: ({ number }) => void into.push(['packet', number]),
    handshake: (rows) => void into.push(['handshake', rows.map(({ server_port }) => server_port)]),
  }));
  const seen: unknown[] = [];
  const own = new OwnConnections();
  own.add(40_001, '10.0.0.2', 81);
  // the same port of this machine, of another connection
  const frames = [
    ...attempt({ at: 0, clientPort: 40_001, port: 80 }),
    ...attempt({ at: 10, clientPort: 40_001, port: 81, ends: 'refused' }),
  ];
  await lookAtCaptured(frames, {
    rules: [one],
    own,
    witness: {
      statistics: [],
      ingest: ({ type, value }) => void (type === 'handshake' && seen.push(value.length)),
      ingestSections() {},
    },
  });
  expect(told).toEqual([
    ['packet', 1],
    ['packet', 2],
    ['packet', 3],
    ['handshake', [80]],
  ]);
  expect(seen).toEqual([2]);
});
