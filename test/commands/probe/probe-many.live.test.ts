import dgram from 'node:dgram';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../../support/in-process.ts';
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
    const run = startNetwatch([
      ...['probe', ...targets, '-c', '1', '--every', '1s', '--duration', '4500ms', '--timeout', '300ms', '--json'],
    ]);
    let most = 0;
    const looking = setInterval(() => {
      try {
        const status = fs.readFileSync(`/proc/${run.child.pid}/status`, 'utf8');
        most = Math.max(most, Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 50);
    const { stdout, stderr } = await run.ended;
    clearInterval(looking);
    const rounds = recordsOf<Round>(stdout);
    expect(stderr).not.toMatch(/Warning|leak/);
    const ofUp = rounds.filter(({ target }) => target === up).length;
    // on a busy machine the duration cuts the last round short
    expect(ofUp).toBeGreaterThanOrEqual(199 * 4);
    expect(ofUp).toBeLessThanOrEqual(199 * 5);
    expect(rounds.every(({ target, state }) => (target === up) === (state === 'up'))).toBe(true);
    // a second apart, whatever the silent one takes
    const starts = rounds.filter(({ target }) => target === up).map(({ time }) => Date.parse(time));
    const first = Math.min(...starts);
    for (const start of starts) expect(Math.abs(((start - first + 500) % 1000) - 500)).toBeLessThan(400);
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
  const { status, stdout } = await netwatch(
    'probe',
    up,
    '-c',
    '1',
    '--every',
    '100ms',
    '--duration',
    '550ms',
    '--json',
  );
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
