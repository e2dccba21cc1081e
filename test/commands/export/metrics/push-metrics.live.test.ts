import fs from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { noNetwork } from '../../../platform/linux/live-network.ts';
import { fetchText } from '../../../support/fetch-text.ts';
import { freePort } from '../../../support/free-port.ts';
import { openLiveScene, until } from '../../../support/live-scene.ts';
import { type OtlpAnswer, startOtlpReceiver } from '../../../support/otlp-receiver.ts';
import { startNetwatch } from '../../../support/program.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { startVictoria } from '../../../support/victoria.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const BAD: readonly OtlpAnswer[] = [
  { status: 503 },
  { status: 200, does: (response) => response.socket!.resetAndDestroy() },
  {
    status: 200,
    does(response) {
      const more = (): void =>
        void (response.destroyed || response.write(Buffer.alloc(16_384), () => setImmediate(more)));
      more();
    },
  },
  { status: 401 },
];

test('a receiver that answers badly in every way is told of, counted, and sent to again; SIGTERM ends it with 0', async () => {
  const receiver = await startOtlpReceiver((request) => BAD[request - 1] ?? { status: 200 });
  closing.push(() => receiver.close());
  const port = await freePort();
  const run = startNetwatch([
    ...['export', 'metrics', '--to', `otlp+http://127.0.0.1:${receiver.port}`, '--interval', '1s'],
    ...['--listen', `${port}`],
  ]);
  closing.push(() => run.child.kill('SIGKILL'));
  const failures = (): number | undefined =>
    receiver.points.findLast(({ name }) => name === 'netwatch_push_failures_total')?.value;
  await until(() => failures()! >= BAD.length);
  await until(() => receiver.points.some(({ name, value }) => name === 'netwatch_pushes_total' && value >= 2));
  const listed = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(listed).toMatch(/^netwatch_push_failures_total [4-9]$/m);
  expect(listed).toMatch(/^netwatch_last_push_timestamp_seconds [0-9.]+$/m);
  // the page and the metrics are answered beside it, and nobody is root
  const status = fs.readFileSync(`/proc/${run.child.pid}/status`, 'utf8');
  if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
  run.child.kill('SIGTERM');
  const ended = await run.ended;
  expect([ended.status, ended.stdout]).toEqual([0, '']);
  const told = ended.stderr.split('\n').filter((line) => /otlp\+http:.*(;| takes)/.test(line));
  expect(told.map((line) => line.replace(/^.*?:[0-9]+(: | (?=takes))|;.*| after.*/g, ''))).toEqual([
    'it answers 503',
    'read ECONNRESET',
    'its answer has more than 65536 bytes',
    'it answers 401',
    'takes metrics again',
  ]);
}, 60_000);

test('a receiver that says nothing does not hold up the end', async () => {
  const receiver = await startOtlpReceiver(() => null);
  closing.push(() => receiver.close());
  const run = startNetwatch(['export', 'metrics', '--to', `otlp+http://127.0.0.1:${receiver.port}`]);
  closing.push(() => run.child.kill('SIGKILL'));
  await until(() => receiver.requests.length > 0);
  // an answer has ten seconds
  const since = performance.now();
  run.child.kill('SIGTERM');
  expect((await run.ended).status).toBe(0);
  expect(performance.now() - since).toBeLessThan(9000);
});

/** What changes from one reading to the next, or tells of the reading itself. */
const CHANGING = /^(process_|netwatch_(push|last_|sample|conns_)|node_network_(receive|transmit)_)/;

/** Connections by which questions are asked. */
const OF_QUESTIONS = /^(netwatch_conns|node_tcp_connection_states)\{.*state="(?!listen)/;

describe.skipIf(noNetwork !== null || toolIsMissing('victoria-metrics'))('a real VictoriaMetrics', () => {
  test('answers queries with the values that the listener has', { timeout: 120_000 }, async () => {
    const scene = openLiveScene('push');
    closing.push(() => scene.remove());
    await scene.run(
      "require('node:net').createServer().listen(7000, '127.0.0.1', () => process.stdout.write('listening'));",
    );
    scene.ip('tuntap', 'add', 'tn0', 'mode', 'tun');
    const victoria = await startVictoria('victoria-metrics', scene.name);
    closing.push(() => victoria.close());
    const live = scene.start([
      ...['export', 'metrics', '--listen', '9787', '--probe', 'tcp://127.0.0.1:7000,tcp://127.0.0.1:7001'],
      ...['--to', `otlp+http://127.0.0.1:${victoria.port}/opentelemetry`, '--interval', '1s'],
    ]);
    type Result = readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
    const query = async (expression: string): Promise<Result> =>
      JSON.parse(await victoria.ask('/api/v1/query', { query: expression })).data.result;
    await until(async () => (await query('netwatch_probe_state{state="down"} == 1')).length === 1);
    await until(async () => Number((await query('netwatch_pushes_total'))[0]?.value[1]) >= 5);
    let values = new Map<string, number>();
    let found = values;
    const differing = async (): Promise<readonly string[]> => {
      values = seriesOf(await fetchText(scene.name, 'http://127.0.0.1:9787/metrics'));
      const results = await query('{service.name="netwatch"}');
      found = new Map(results.map(({ metric, value }) => [keyOf(metric), Number(value[1])]));
      const steady = [...values].filter(([key]) => !CHANGING.test(key) && !OF_QUESTIONS.test(key));
      expect(steady.length).toBeGreaterThan(30);
      return steady.filter(([key, value]) => found.get(key) !== value).map(([key]) => key);
    };
    // a round of probes, or what cannot be seen, may come between the two answers: the next push has it
    await until(async () => (await differing()).length === 0);
    const received = 'node_network_receive_bytes_total{device="lo"}';
    expect(found.get(received)).toBeGreaterThan(0);
    await until(async () => Number((await query(received))[0]?.value[1]) >= values.get(received)!);
    live.child.kill('SIGTERM');
    expect(await live.ended).toMatchObject({ status: 0, said: expect.not.stringMatching(/refused|answers/) });
  });
});

const OF_RESOURCE = new Set(['__name__', 'service.name', 'service.version', 'service.instance.id', 'host.name']);

/** A series by its name and its labels in the order of their names; those that are empty are none. */
function keyOf(metric: Readonly<Record<string, string>>): string {
  const labels = Object.entries(metric).filter(([name, value]) => !OF_RESOURCE.has(name) && value !== '');
  const text = labels.map(([name, value]) => `${name}="${value}"`).sort();
  return `${metric.__name__}${text.length === 0 ? '' : `{${text.join(',')}}`}`;
}

/** The series of a text in the format 0.0.4. */
function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name = '', inside = '', value] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      const labels = [...inside.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label!, text!]);
      return [keyOf({ __name__: name, ...Object.fromEntries(labels) }), Number(value)];
    }),
  );
}
