import { afterEach, describe, expect, test } from 'vitest';
import { familiesOfSample } from '../../../src/commands/export/metrics/metric-families.ts';
import { CounterStarts } from '../../../src/core/delivery/counter-starts.ts';
import { parseDestination } from '../../../src/core/delivery/destination.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { type MetricsSink, openOtlpMetrics } from '../../../src/platform/sink/otlp-metrics.ts';
import { HOSTILE, sampleWith } from '../../support/metric-samples.ts';
import { type OtlpAnswer, startOtlpReceiver } from '../../support/otlp-receiver.ts';

const closing: (() => unknown)[] = [];
const NEVER = new AbortController().signal;
const AT = Date.parse('2026-03-01T10:20:30.123Z');
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function receiverOf(...args: Parameters<typeof startOtlpReceiver>) {
  const receiver = await startOtlpReceiver(...args);
  closing.push(() => receiver.close());
  return receiver;
}

function sinkTo(port: number, clock = realClock): MetricsSink {
  const starts = new CounterStarts((name) => (name.startsWith('node_') ? AT - 3_600_000 : AT - 60_000));
  const destination = parseDestination(`otlp+http://127.0.0.1:${port}/api/v1/otlp/`);
  const sink = openOtlpMetrics({ destination, credentials: null, certificate: null, clock }, starts);
  closing.push(() => sink.close());
  return sink;
}

const reading = (text = 'eth0', at = AT) => ({ families: familiesOfSample(sampleWith(text)), at });

test('every series of the listener arrives, with its labels, type and value', async () => {
  const receiver = await receiverOf();
  const { families } = reading(HOSTILE);
  expect(await sinkTo(receiver.port).send(reading(HOSTILE), NEVER)).toEqual({ kind: 'taken', refused: 0, why: null });
  expect(receiver.requests).toMatchObject([
    { path: '/api/v1/otlp/v1/metrics', headers: { 'content-type': 'application/x-protobuf' } },
  ]);
  const wanted = families.flatMap(({ name, type, help, samples }) =>
    samples.map(([labels, value]) => ({
      ...{ name, labels, value, description: help, type: type === 'counter' ? 'sum' : 'gauge' },
    })),
  );
  expect(wanted.length).toBeGreaterThan(50);
  expect(
    receiver.points.map(({ name, labels, value, description, type }) => ({ name, labels, value, description, type })),
  ).toEqual(wanted);
});

test('times, units, and who tells', async () => {
  const receiver = await receiverOf();
  await sinkTo(receiver.port).send(reading(), NEVER);
  const byName = (name: string) => receiver.points.find((point) => point.name === name)!;
  const nanos = (millis: number): string => `${millis}000000`;
  expect(byName('node_network_receive_bytes_total')).toMatchObject({
    ...{ type: 'sum', unit: 'By', timeUnixNano: nanos(AT), startTimeUnixNano: nanos(AT - 3_600_000) },
    resource: {
      'service.name': { stringValue: 'netwatch' },
      'service.instance.id': { stringValue: expect.stringMatching(/./) },
      'host.name': { stringValue: expect.stringMatching(/./) },
    },
  });
  expect(byName('process_cpu_seconds_total')).toMatchObject({
    ...{ type: 'sum', unit: 's', startTimeUnixNano: nanos(AT - 60_000), value: 1.5 },
  });
  expect(byName('node_network_mtu_bytes')).toMatchObject({ type: 'gauge', unit: 'By', startTimeUnixNano: '0' });
  expect(byName('netwatch_probe_loss_ratio')).toMatchObject({ unit: '1' });
  expect(byName('netwatch_build_info')).toMatchObject({ unit: '', labels: { version: '1.2.3', node: '20.0.0' } });
});

test('a counter goes on from one reading to the next', async () => {
  const receiver = await receiverOf();
  const sink = sinkTo(receiver.port);
  await sink.send(reading(), NEVER);
  await sink.send(reading('eth0', AT + 15_000), NEVER);
  const points = receiver.points.filter(({ name }) => name === 'netwatch_samples_total');
  expect(points.map(({ startTimeUnixNano, timeUnixNano }) => [startTimeUnixNano, timeUnixNano])).toEqual([
    [`${AT - 60_000}000000`, `${AT}000000`],
    [`${AT - 60_000}000000`, `${AT + 15_000}000000`],
  ]);
});

describe('what goes wrong', () => {
  const later = (reason: string, afterMs: number | null = null) => ({ kind: 'later', reason, afterMs });
  const SILENCE = later('no answer in time');
  test.each<[string, OtlpAnswer, object]>([
    ['too many', { status: 429, headers: { 'retry-after': '17' } }, later('it answers 429', 17_000)],
    ['overloaded', { status: 503 }, later('it answers 503')],
    ['broken', { status: 500 }, later('it answers 500')],
    ['a stranger', { status: 401 }, later('it answers 401')],
    ['another path', { status: 404 }, later('it answers 404 to /api/v1/otlp/v1/metrics')],
    ['not understood', { status: 400 }, later('it answers 400')],
    ['elsewhere', { status: 302, headers: { location: 'http://192.0.2.1/' } }, later('it answers 302')],
    [
      'in part',
      { status: 200, says: { partialSuccess: { rejectedDataPoints: 2, errorMessage: 'too old' } } },
      { kind: 'taken', refused: 2, why: 'too old' },
    ],
    ['reset', { status: 200, does: (response) => response.socket!.resetAndDestroy() }, later('read ECONNRESET')],
    [
      'closed in the middle of the answer',
      {
        status: 200,
        does(response) {
          response.writeHead(200, { 'content-length': '100' });
          response.write('half', () => response.socket!.end());
        },
      },
      later('aborted'),
    ],
    [
      'not HTTP',
      { status: 200, does: (response) => void response.socket!.end('SSH-2.0-OpenSSH_9.2\r\n') },
      later(expect.stringMatching(/^Parse Error/) as unknown as string),
    ],
    [
      'an answer in another format',
      { status: 200, does: (response) => void response.end('<html>welcome</html>') },
      { kind: 'taken', refused: 0, why: null },
    ],
    [
      'an answer without an end',
      {
        status: 200,
        does(response) {
          const more = (): void =>
            void (response.destroyed || response.write(Buffer.alloc(16_384), () => setImmediate(more)));
          more();
        },
      },
      later('its answer has more than 65536 bytes'),
    ],
    [
      'an answer that comes byte by byte',
      {
        status: 200,
        does(response) {
          response.writeHead(200);
          const timer = setInterval(() => response.write('x'), 5);
          response.on('close', () => clearInterval(timer));
        },
      },
      SILENCE,
    ],
    ['silence', { status: 200, does: () => {} }, SILENCE],
  ])('%s', async (_, answer, reply) => {
    const receiver = await receiverOf((request) => (request === 1 ? answer : { status: 200 }));
    // where no answer comes, the time for it is over sooner
    let haste = reply === SILENCE ? 20 : 1;
    const after = (millis: number, act: () => void) => realClock.after(millis / haste, act);
    const sink = sinkTo(receiver.port, { ...realClock, after });
    expect(await sink.send(reading(), NEVER)).toEqual(reply);
    expect(receiver.requests).toHaveLength(1);
    haste = 1;
    // the next one is not held up by it
    expect(await sink.send(reading('eth0', AT + 15_000), NEVER)).toMatchObject({ kind: 'taken' });
    expect(receiver.points.length).toBeGreaterThan(50);
  });

  test('nobody listens', async () => {
    const receiver = await startOtlpReceiver();
    await receiver.close();
    expect(await sinkTo(receiver.port).send(reading(), NEVER)).toMatchObject({
      kind: 'later',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('an interrupt ends what is on its way', async () => {
    const receiver = await receiverOf(() => null);
    const over = new AbortController();
    const sending = sinkTo(receiver.port).send(reading(), over.signal);
    realClock.after(100, () => over.abort());
    expect(await sending).toMatchObject({ kind: 'later' });
  });
});
