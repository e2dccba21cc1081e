import dgram from 'node:dgram';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../../support/in-process.ts';
import { until } from '../../support/live-scene.ts';
import { netwatch, startNetwatch } from '../../support/program.ts';

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.end('hello\n');
});
/** Hears queries, and answers none. */
const deaf = dgram.createSocket('udp4');
let up = '';
let silent = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => deaf.bind(0, '127.0.0.1', resolve));
  silent = `dns://127.0.0.1:${deaf.address().port}`;
  up = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  deaf.close();
});

interface Round {
  readonly time: string;
  readonly target: string;
  readonly state: string;
}

test.skipIf(process.platform !== 'linux')(
  'two hundred targets begin together every second, in less than 60 MB of their own',
  async () => {
    const targets = [...Array.from({ length: 199 }, () => up), silent];
    const run = startNetwatch([...['probe', ...targets, '-c', '1', '--every', '1s', '--timeout', '300ms', '--json']]);
    let out = '';
    run.child.stdout!.on('data', (text: string) => (out += text));
    let most = 0;
    const looking = setInterval(() => {
      try {
        const status = fs.readFileSync(`/proc/${run.child.pid}/status`, 'utf8');
        most = Math.max(most, Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 50);
    await until(() => out.split('"state":"up"').length > 199 * 4);
    run.child.kill('SIGINT');
    const { stdout, stderr } = await run.ended;
    clearInterval(looking);
    const rounds = recordsOf<Round>(stdout);
    expect(stderr).not.toMatch(/Warning|leak/);
    expect(rounds.every(({ target, state }) => (target === up) === (state === 'up'))).toBe(true);
    // a second apart, whatever the silent one takes
    const starts = rounds.filter(({ target }) => target === up).map(({ time }) => Date.parse(time));
    const first = Math.min(...starts);
    const begun = new Map<number, number>();
    for (const start of starts) {
      const second = Math.round((start - first) / 1000);
      begun.set(second, (begun.get(second) ?? 0) + 1);
      expect(Math.abs(start - first - 1000 * second)).toBeLessThan(400);
    }
    expect(Math.max(...begun.values())).toBeLessThanOrEqual(199);
    expect(most).toBeGreaterThan(5_000);
    expect(most).toBeLessThan(60_000);
  },
  30_000,
);

test('an interrupt ends with 130, after the records there are', async () => {
  const run = startNetwatch(['probe', up, '-c', '1', '--every', '200ms', '--json']);
  await run.until('"state":"up"');
  run.child.kill('SIGINT');
  const { status, stdout } = await run.ended;
  expect(status).toBe(130);
  expect(recordsOf<Round>(stdout).every(({ state }) => state === 'up')).toBe(true);
});

test('the duration ends with the verdict', async () => {
  const { status, stdout } = await netwatch('probe', up, '-c', '1', '--every', '100ms', '--duration', '2s', '--json');
  expect(status).toBe(0);
  expect(recordsOf(stdout).length).toBeGreaterThan(3);
});

test('--limit ends it, and leaves nothing running', async () => {
  const { status, stdout } = await netwatch('probe', up, '-c', '1', '--every', '50ms', '--limit', '2', '--json');
  expect([status, recordsOf(stdout).length]).toEqual([0, 2]);
});

test('a threshold is about the records past --limit, too', async () => {
  const { status, stdout } = await netwatch(
    'probe',
    up,
    '-c',
    '1',
    '--every',
    '50ms',
    '--limit',
    '2',
    '--fail-on',
    'loss_pct > 50',
    '--duration',
    '1s',
    '--json',
  );
  expect(status).toBe(0);
  expect(recordsOf(stdout)).toHaveLength(2);
});
