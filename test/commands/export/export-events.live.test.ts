import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { parseRecord } from '../../../src/core/delivery/segment.ts';
import { isUnprivileged } from '../../../src/platform/linux/drop-privileges.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { BIN, type Running, startNetwatch } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const isRoot = process.getuid?.() === 0;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Scene {
  readonly server: NatsServer;
  readonly spool: string;
  /** A port that listens, to which connections are made. */
  readonly port: number;
  start(...args: readonly string[]): Running;
  /** Connects so many times, one after another, and holds each for a while. */
  connectTimes(count: number, forMs?: number): Promise<void>;
}

async function openScene(config = '', options = {}): Promise<Scene> {
  const server = await startNatsServer(config, options);
  closing.push(() => server.close());
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
  // nobody has to get there
  fs.chmodSync(folder, 0o755);
  closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const listener = net.createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => listener.close(resolve)));
  const { port } = listener.address() as net.AddressInfo;
  const spool = path.join(folder, 'spool');
  return {
    ...{ server, spool, port },
    start(...args) {
      const run = startNetwatch([
        'export',
        'events',
        '--port',
        `${port}`,
        '--spool',
        spool,
        '--interval',
        '200ms',
        ...args,
      ]);
      closing.push(() => run.child.kill('SIGKILL'));
      return run;
    },
    async connectTimes(count, forMs = 30) {
      for (let i = 0; i < count; i++) {
        const socket = net.connect(port, '127.0.0.1');
        await new Promise((resolve) => socket.once('connect', resolve));
        await sleep(forMs);
        socket.destroy();
      }
    },
  };
}

/** The texts of the records in a spool. */
function recordsIn(spool: string): string[] {
  if (!fs.existsSync(spool)) return [];
  return fs
    .readdirSync(spool)
    .filter((file) => file.endsWith('.seg'))
    .flatMap((file) => {
      const bytes = fs.readFileSync(path.join(spool, file));
      const found: string[] = [];
      for (let one = parseRecord(bytes, 28, -1); one !== null; one = parseRecord(bytes, one.end, one.number)) {
        found.push(one.text.toString());
      }
      return found;
    });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

const typesOf = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => (JSON.parse(text) as { event: string }).event);

describe.skipIf(toolIsMissing('nats-server'))('export events --to nats', () => {
  test('what netwatch saw arrives, also when it was killed with -9 while the server was away', async () => {
    const { server, spool, start, connectTimes } = await openScene();
    await server.addStream('netwatch.>');
    const to = `nats://127.0.0.1:${server.port}/netwatch.events`;
    const one = start('--to', to);
    await until(() => fs.existsSync(path.join(spool, 'sent')));
    await sleep(600);
    await connectTimes(10);
    await until(async () => (await server.count()) > 10);
    await server.kill();
    await connectTimes(10);
    await sleep(600);
    await until(() => recordsIn(spool).length > 20);
    one.child.kill('SIGKILL');
    await one.ended;
    const kept = recordsIn(spool);
    await server.start();
    const two = start('--to', to);
    await until(async () => (await server.count()) >= kept.length);
    two.child.kill('SIGTERM');
    const { status, stderr, stdout } = await two.ended;
    expect([status, stdout]).toEqual([143, '']);
    expect(stderr).toMatch(/records of an earlier run/);
    const messages = await server.messages();
    const texts = new Set(messages.map(({ text }) => text));
    for (const text of kept) expect(texts).toContain(text);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    expect(typesOf([...texts])).toEqual(expect.arrayContaining(['opened', 'closed']));
  });

  test('SIGTERM while the server is away ends it soon, and leaves the rest in the spool', async () => {
    const { server, spool, start, connectTimes } = await openScene();
    await server.kill();
    const run = start('--to', `nats://127.0.0.1:${server.port}/netwatch.events`);
    await until(() => fs.existsSync(path.join(spool, 'sent')));
    await sleep(600);
    await connectTimes(5);
    await until(() => recordsIn(spool).length > 0);
    const since = performance.now();
    run.child.kill('SIGTERM');
    const { status, stderr } = await run.ended;
    expect(performance.now() - since).toBeLessThan(7000);
    expect(status).toBe(143);
    expect(stderr).toMatch(/0 records sent, \d+ in the spool\n.*they are sent when netwatch runs again with --spool/);
    expect(recordsIn(spool).length).toBeGreaterThan(0);
  });

  test('a password in the URL is in no message and, once it has begun, in no list of processes', async () => {
    const { server, spool, start } = await openScene('authorization { user: ada, password: geheim }', {
      user: 'ada',
      pass: 'geheim',
    });
    const run = start('--to', `nats://ada:falsch@127.0.0.1:${server.port}/netwatch.events`, '--verbose');
    await until(() => fs.existsSync(path.join(spool, 'sent')));
    const shown = fs.readFileSync(`/proc/${run.child.pid}/cmdline`, 'latin1');
    expect(shown).toMatch(/^netwatch export events --to nats:\/\/127/);
    expect(shown).not.toContain('falsch');
    await sleep(500);
    run.child.kill('SIGTERM');
    expect((await run.ended).stderr).not.toContain('falsch');
  });

  test.skipIf(!isRoot)('root becomes nobody, in every thread, and the spool is nobody’s', async () => {
    const { server, spool, start, connectTimes } = await openScene();
    await server.addStream('netwatch.>');
    const run = start('--to', `nats://127.0.0.1:${server.port}/netwatch.events`);
    await until(() => fs.existsSync(path.join(spool, 'sent')));
    await sleep(600);
    const tasks = `/proc/${run.child.pid}/task`;
    for (const thread of fs.readdirSync(tasks)) {
      const status = fs.readFileSync(path.join(tasks, thread, 'status'), 'utf8');
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(isUnprivileged(status)).toBe(true);
    }
    for (const file of [spool, ...fs.readdirSync(spool).map((name) => path.join(spool, name))]) {
      const { uid, mode } = fs.statSync(file);
      expect([uid, mode & 0o077]).toEqual([65_534, 0]);
    }
    // owners of sockets of root are seen all the same
    await connectTimes(2, 600);
    await until(async () => (await server.count()) > 0);
    const pids = (await server.messages()).map(({ text }) => (JSON.parse(text) as { pid: number | null }).pid);
    expect(pids).toContain(process.pid);
    run.child.kill('SIGTERM');
    await run.ended;
  });
});

test('export events --to otlp+http: what was seen arrives as logs, after a receiver that was overloaded', async () => {
  const receiver = await startOtlpReceiver((request) => ({ status: request <= 2 ? 503 : 200 }));
  closing.push(() => receiver.close());
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
  fs.chmodSync(folder, 0o755);
  closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const spool = path.join(folder, 'spool');
  const to = `otlp+http://127.0.0.1:${receiver.port}`;
  const run = startNetwatch([
    'export',
    'events',
    '--port',
    `${receiver.port}`,
    '--spool',
    spool,
    '--interval',
    '200ms',
    '--to',
    to,
  ]);
  closing.push(() => run.child.kill('SIGKILL'));
  await until(() => fs.existsSync(path.join(spool, 'sent')));
  await sleep(600);
  const socket = net.connect(receiver.port, '127.0.0.1');
  // on a busy machine a gap may be the first
  const event = () => receiver.logs.find(({ eventName }) => eventName === 'netwatch.conn_event');
  await until(() => event() !== undefined);
  socket.destroy();
  run.child.kill('SIGTERM');
  expect((await run.ended).stderr).toMatch(/it answers 503; .*takes records again/s);
  expect(event()).toMatchObject({ attributes: { 'netwatch.event': { stringValue: 'opened' } } });
});

/** A spool of whoever sends, which others made. */
function spoolWith(files: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
  fs.chmodSync(folder, 0o755);
  closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const spool = path.join(folder, 'spool');
  fs.mkdirSync(spool, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(spool, name), text, { mode: 0o600 });
  const places = [spool, ...Object.keys(files).map((name) => path.join(spool, name))];
  if (isRoot) for (const place of places) fs.chownSync(place, 65_534, 65_534);
  return spool;
}
const toNobody = (spool: string): Running =>
  startNetwatch(['export', 'events', '--to', 'otlp+http://127.0.0.1:1', '--spool', spool]);

test('a spool belongs to one process at a time: the second says who has it, and the first goes on', async () => {
  const spool = spoolWith({});
  const first = toNobody(spool);
  closing.push(() => first.child.kill('SIGKILL'));
  await until(() => recordsIn(spool).length > 0 || fs.existsSync(path.join(spool, '0000000000000001.seg')));
  const { status, stderr } = await toNobody(spool).ended;
  expect(stderr).toMatch(/another program has kept .*sent locked for 10 s\n.*fuser .*shows which program/);
  expect(status).toBe(75);
  first.child.kill('SIGTERM');
  expect((await first.ended).status).toBe(143);
});

test.skipIf(!isRoot || toolIsMissing('setpriv'))(
  'with the capabilities and the folder of its unit alone it sends, and tells whose sockets they are',
  async () => {
    const receiver = await startOtlpReceiver();
    closing.push(() => receiver.close());
    const state = path.dirname(spoolWith({}));
    fs.rmdirSync(path.join(state, 'spool'));
    fs.chownSync(state, 65_533, 65_533);
    const caps = '+dac_read_search,+sys_ptrace';
    const confined = [
      ...['--reuid=65533', '--regid=65533', '--clear-groups', '--no-new-privs', `--bounding-set=-all,${caps}`],
      ...[`--inh-caps=${caps}`, `--ambient-caps=${caps}`, process.execPath, BIN],
    ];
    const options = [
      '--to',
      `otlp+http://127.0.0.1:${receiver.port}`,
      '--port',
      `${receiver.port}`,
      '--interval',
      '200ms',
    ];
    const child = spawn('setpriv', [...confined, 'export', 'events', ...options], {
      env: { PATH: process.env.PATH, NETWATCH_CONFIG: 'none', STATE_DIRECTORY: state },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    closing.push(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(() => fs.existsSync(path.join(state, 'spool', 'sent')));
    await sleep(600);
    const socket = net.connect(receiver.port, '127.0.0.1');
    const ofThis = (): boolean =>
      receiver.logs.some(({ attributes }) => attributes['netwatch.pid']?.intValue === `${process.pid}`);
    await until(ofThis);
    socket.destroy();
    expect(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')).toMatch(/^CapEff:\t0+$/m);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(said).toMatch(/records sent, 0 in the spool/);
  },
);

test('a spool of a later version is refused and left as it is; garbage is told and left out', async () => {
  const later = `NWSPOOL2${'later'.repeat(20)}`;
  const spool = spoolWith({ '0000000000000001.seg': later });
  const refused = await toNobody(spool).ended;
  expect(refused.stderr).toMatch(/the spool .* cannot be used: a later version of netwatch wrote it\n.*--spool DIR/);
  expect(refused.status).toBe(73);
  expect(fs.readFileSync(path.join(spool, '0000000000000001.seg'), 'utf8')).toBe(later);

  const rubbish = spoolWith({ '0000000000000001.seg': 'rubbish '.repeat(99), sent: 'rubbish', 'notes.txt': 'mine' });
  const run = toNobody(rubbish);
  closing.push(() => run.child.kill('SIGKILL'));
  await until(() => fs.statSync(path.join(rubbish, 'sent')).size === 12);
  run.child.kill('SIGTERM');
  const { status, stderr } = await run.ended;
  expect(stderr).toMatch(/0000000000000001\.seg is damaged: what waited in it is lost/);
  expect(status).toBe(143);
  expect(fs.readFileSync(path.join(rubbish, 'notes.txt'), 'utf8')).toBe('mine');
});

/** Where none is named, an ordinary user needs a home for it. */
const SPOOL = path.join(os.tmpdir(), 'netwatch-never-made');

test.each([
  [['--to', 'http://h/x'], 64, /is not nats:\/\/HOST/],
  [['--to', 'nats://h/x', '-o', 'csv'], 64, /--to sends ndjson, not csv/],
  [['--to', 'nats://h/x', '--spool', SPOOL, '--spool-size', '1k'], 64, /too small.*at least 512KiB/s],
  [
    ['--to', 'nats://h/x', '--credentials', '/nonexistent'],
    66,
    /--credentials \/nonexistent cannot be read: no such file/,
  ],
  [['--to', 'nats://h/x', '--spool', SPOOL, '--tls-cert', '/c'], 64, /--tls-cert and --tls-key go together/],
  [['--to', 'nats://a:geheim@h/x', '--credentials', '/c'], 64, /has credentials in it/],
  [['--to', 'nats://h/x', '--spool', '/proc/no/spool'], 73, /the spool \/proc\/no\/spool cannot be used/],
])('%j ends with %i', async (args, status, message) => {
  const ended = await startNetwatch(['export', 'events', ...args]).ended;
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).not.toContain('geheim');
  expect(ended.status).toBe(status);
});

test('export events --redact: who is told does not learn who says it, nor what an earlier run left in the spool', async () => {
  const receiver = await startOtlpReceiver();
  closing.push(() => receiver.close());
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
  fs.chmodSync(folder, 0o755);
  closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const spool = path.join(folder, 'spool');
  const begin = (to: string, ...more: readonly string[]): Running => {
    const run = startNetwatch([
      ...['export', 'events', '--port', `${receiver.port}`, '--spool', spool, '--interval', '200ms', '--to', to],
      ...more,
    ]);
    closing.push(() => run.child.kill('SIGKILL'));
    return run;
  };
  /** Connects, and ends the run when the record has come. */
  const watchOne = async (run: Running, at: string, has: () => boolean): Promise<void> => {
    await until(() => fs.existsSync(path.join(at, 'sent')));
    await sleep(600);
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.on('error', () => {});
    await until(has);
    socket.destroy();
    run.child.kill('SIGTERM');
    await run.ended;
  };
  // nobody listens there: its records wait
  await watchOne(begin('otlp+http://127.0.0.1:9'), spool, () => recordsIn(spool).length > 0);
  const left = recordsIn(spool).length;
  // on a busy machine a gap may be told before it
  const eventTold = () => receiver.logs.find(({ attributes }) => attributes['netwatch.event'] !== undefined);
  const redacted = begin(`otlp+http://127.0.0.1:${receiver.port}`, '--redact', 'ips,hosts,macs,payload');
  await watchOne(redacted, `${spool}-redacted-ips-hosts-macs-payload`, () => eventTold() !== undefined);
  expect(recordsIn(spool)).toHaveLength(left);
  const { attributes, resource } = eventTold()!;
  expect(resource).not.toHaveProperty('host.name');
  expect(attributes).toMatchObject({ 'netwatch.event': { stringValue: 'opened' } });
  for (const { attributes: one } of receiver.logs) {
    for (const field of ['cmdline', 'exe', 'cgroup']) expect(one).not.toHaveProperty(`netwatch.${field}`);
    expect(one['netwatch.user']?.stringValue).not.toBe(os.userInfo().username);
  }
});

test('what a server says that is no NATS reaches no terminal as it is', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"x","version":"\x1b]0;x\x07","max_payload":1048576,"headers":true}\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
  fs.chmodSync(folder, 0o755);
  closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const spool = path.join(folder, 'spool');
  const run = startNetwatch(['export', 'events', '--to', `nats://127.0.0.1:${port}/events`, '--spool', spool]);
  await until(() => fs.existsSync(path.join(spool, 'sent')));
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  closing.push(() => socket.destroy());
  let said = '';
  run.child.stderr!.on('data', (text: string) => (said += text));
  await until(() => said.includes('in the spool'));
  run.child.kill('SIGTERM');
  const { stdout, stderr } = await run.ended;
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/\x1b|\n\s+at /);
});
