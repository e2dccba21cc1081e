import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { isUnprivileged } from '../../../src/platform/linux/drop-privileges.ts';
import { until } from '../../support/live-scene.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const isNotRoot = process.getuid?.() !== 0 || process.platform !== 'linux';
if (isNotRoot) console.warn('skipped: privileges of who reads files: needs root on Linux');

const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const UID = 1234;
const SUDO = { SUDO_UID: String(UID), SUDO_GID: String(UID) };

/** Only root may enter it. */
const makeFolder = (word: string): string =>
  isNotRoot ? os.tmpdir() : fs.mkdtempSync(path.join(os.tmpdir(), `netwatch-${word}-`));
const folder = makeFolder('reader');
/** A folder of who calls sudo: what is written there takes no other process. */
const mine = makeFolder('caller');
if (!isNotRoot) fs.chownSync(mine, UID, UID);
afterAll(() => {
  if (isNotRoot) return;
  for (const one of [folder, mine]) fs.rmSync(one, { recursive: true });
});
const at = (name: string): string => path.join(folder, name);

/** Starts netwatch as sudo does; `before` are words that start it. */
function start(argv: readonly string[], env: Record<string, string> = SUDO, before: readonly string[] = []) {
  const [program, ...words] = [...before, process.execPath, BIN, ...argv];
  const child = spawn(program!, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', ...env },
  });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<{ status: number | null; out: string; said: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, out, said })),
  );
  return { child, ended };
}

/** The calls of strace -f, each whole on the line where it began: another thread may speak between its halves. */
function wholeCalls(log: string): string {
  const lines = log.split('\n');
  const begun = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    if (begun.has(thread)) lines[begun.get(thread)!] += rest;
    if (!line.endsWith('<unfinished ...>')) continue;
    begun.set(line.split(' ', 1)[0]!, at);
    lines[at] = line.replace(/,? *<unfinished \.\.\.>$/, '');
  }
  return lines.join('\n');
}

/** The text of status for each thread of a process; empty when it has ended. */
function threadsOf(pid: number): string[] {
  try {
    const tasks = `/proc/${pid}/task`;
    return fs.readdirSync(tasks).map((thread) => fs.readFileSync(path.join(tasks, thread, 'status'), 'utf8'));
  } catch {
    return [];
  }
}

const idsOf = (status: string): string[] =>
  ['Uid', 'Gid', 'Groups'].map((name) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(status)![1]!);
const four = (id: number): string => Array(4).fill(id).join('\t');

/** Records that were saved, and a history of probes. */
const CONN = at('conns.ndjson');
const HISTORY = at('probes.ndjson');
const PROBE = {
  ...{ type: 'probe', time: '2026-01-02T03:04:05.000Z', target: 'gateway', kind: 'icmp', host: '192.0.2.1' },
  ...{ state: 'ok', sent: 3, received: 3 },
};
const STORED = at('in.pcap');
const PACKED = at('in.pcap.gz');
if (!isNotRoot) {
  fs.copyFileSync(CAPTURE, STORED);
  fs.writeFileSync(PACKED, gzipSync(fs.readFileSync(CAPTURE)));
  fs.writeFileSync(CONN, '{"type":"conn","proto":"tcp","local_addr":"192.0.2.7"}\n');
  fs.writeFileSync(HISTORY, `${JSON.stringify(PROBE)}\n`);
  for (const file of [STORED, PACKED, CONN, HISTORY]) fs.chmodSync(file, 0o600);
}

describe.skipIf(isNotRoot)('root reads a file', { timeout: 60_000 }, () => {
  let pipes = 0;
  /** Who it is in each of its threads while it waits for the first bytes of a pipe that only root may open. */
  async function whoReads(argv: readonly string[], env: Record<string, string>): Promise<string[]> {
    const pipe = at(`pipe-${pipes++}`);
    execFileSync('mkfifo', ['-m', '600', pipe]);
    // a writer that writes nothing yet
    const writer = fs.openSync(pipe, fs.constants.O_RDWR);
    const { child, ended } = start([...argv, '-r', pipe], env);
    try {
      await until(() => child.exitCode !== null || threadsOf(child.pid!).some(isUnprivileged));
      await until(() => child.exitCode !== null || threadsOf(child.pid!).every(isUnprivileged));
      return threadsOf(child.pid!);
    } finally {
      child.kill('SIGKILL');
      await ended;
      fs.closeSync(writer);
    }
  }

  test.each<[string, readonly string[]]>([
    ['stats', ['stats']],
    ['stats, as a table', ['stats', '-o', 'table', '--color', 'always']],
    ['capture', ['capture']],
    ['capture -w', ['capture', '-w', at('written.pcap')]],
    ['capture -w, in turns', ['capture', '-w', at('turns.pcap'), '--rotate-size', '1000']],
    ['conns', ['conns']],
    ['ifaces', ['ifaces']],
    ['follow', ['follow']],
    ['follow --all', ['follow', '--all']],
    ['follow -w', ['follow', '--stream', '0', '-w', at('stream')]],
    ['export packets', ['export', 'packets']],
    ['export packets -w, records', ['export', 'packets', '-w', at('records.csv')]],
    ['stats, from what is named --sandbox strict', ['stats', '--sandbox', 'strict']],
  ])('as who called sudo, in every thread: %s', async (_what, argv) => {
    const threads = await whoReads(argv, SUDO);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) {
      expect(isUnprivileged(thread), thread).toBe(true);
      expect(idsOf(thread)).toEqual([four(UID), four(UID), '']);
    }
  });

  test.each<[string, Record<string, string>]>([
    ['in a shell of root', {}],
    ['called by root', { SUDO_UID: '0', SUDO_GID: '0' }],
    ['with what is no user', { SUDO_UID: '1e3', SUDO_GID: '1000' }],
    ['with what stands for no user', { SUDO_UID: '4294967295', SUDO_GID: '1000' }],
    ['with half of it', { SUDO_UID: '1000' }],
  ])('as nobody %s', async (_what, env) => {
    const threads = await whoReads(['stats'], env);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) {
      expect(isUnprivileged(thread), thread).toBe(true);
      expect(idsOf(thread)).toEqual([four(65_534), four(65_534), '']);
    }
  });

  test('with the groups of who called sudo', async () => {
    // whoever is in the database of users with another group than the own one
    const passwd = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
    const users = passwd.map((line) => line.split(':')).filter(([name, , uid]) => name !== '' && Number(uid) > 0);
    const idOf = (flag: string, name: string): string => execFileSync('id', [flag, name], { encoding: 'utf8' }).trim();
    const [name, , uid, gid] = users[0]!;
    const groups = idOf('-G', name!).split(' ').map(Number);
    const [thread] = await whoReads(['stats'], { SUDO_UID: uid!, SUDO_GID: gid! });
    const found = idsOf(thread!)[2]!.split(' ').map(Number);
    expect([...found].sort()).toEqual([...groups].sort());
  });

  test.each<[string, readonly string[], string | RegExp]>([
    ['stats', ['stats', '-r', STORED], 'eth/ip'],
    ['stats, packed', ['stats', '-r', PACKED], 'eth/ip'],
    ['capture', ['capture', '-r', STORED], 'Standard query'],
    ['conns, of a capture', ['conns', '-r', PACKED], '127.0.0.1'],
    ['conns, of records', ['conns', '-r', CONN], '192.0.2.7'],
    ['follow, in two passes', ['follow', '-r', STORED, '--all'], '"type":"segment"'],
    ['follow, in two passes, packed', ['follow', '-r', PACKED, '-f', 'stream == 0', '--tcp'], 'HTTP/1.1'],
    ['export packets', ['export', 'packets', '-r', STORED, '--json'], '"type":"packet"'],
    ['probe --report', ['probe', '--report', HISTORY], 'gateway'],
  ])('that the lesser user may not open: %s', async (_what, argv, expected) => {
    for (const env of [SUDO, {}]) {
      const { status, out, said } = await start(argv, env).ended;
      expect([status, said.replace(/^netwatch: (TCP stream|\d+ packets,).*\n/gm, ''), out]).toEqual([
        0,
        '',
        expect.stringContaining(expected as string),
      ]);
    }
  });

  test('from stdin, too', async () => {
    const script = `exec "$0" "$@" < ${STORED}`;
    const { status, out } = await start(['stats', '-r', '-'], SUDO, ['sh', '-c', script]).ended;
    expect([status, out]).toEqual([0, expect.stringContaining('eth/ip')]);
  });

  test('--sandbox off keeps all', async () => {
    const pipe = at('kept');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    const writer = fs.openSync(pipe, fs.constants.O_RDWR);
    const { child, ended } = start(['stats', '-r', pipe, '--sandbox', 'off']);
    const isOpen = (): boolean =>
      fs.readdirSync(`/proc/${child.pid}/fd`).some((fd) => {
        try {
          return fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`) === pipe;
        } catch {
          return false;
        }
      });
    await until(isOpen);
    const threads = threadsOf(child.pid!);
    fs.writeSync(writer, fs.readFileSync(CAPTURE));
    fs.closeSync(writer);
    expect((await ended).status).toBe(0);
    expect(threads.map((thread) => idsOf(thread)[0])).toEqual(threads.map(() => four(0)));
  });

  describe.skipIf(toolIsMissing('strace'))('by what the kernel is asked', () => {
    const TABLE = ['-o', 'table', '--color', 'always'];

    test.each<[string, string, readonly string[]]>([
      ['stats', STORED, ['stats', '-r', STORED, '--by', 'all', ...TABLE]],
      ['capture -V', PACKED, ['capture', '-r', PACKED, '-V', '-x', '-f', 'info matches "quer"']],
      ['conns, of a capture', STORED, ['conns', '-r', STORED, ...TABLE]],
      ['conns, of records', CONN, ['conns', '-r', CONN, ...TABLE]],
      ['follow', STORED, ['follow', '-r', STORED, '--all', '-o', 'csv']],
      ['export -w', STORED, ['export', 'packets', '-r', STORED, '-w', path.join(mine, 'strace.pcapng')]],
      ['probe --report', HISTORY, ['probe', '--report', HISTORY, ...TABLE]],
    ])('%s becomes another before it reads more than four bytes, and loads nothing then', async (what, file, argv) => {
      const log = at(`log-${what.replaceAll(/\W/g, '')}`);
      const calls = 'trace=setuid,openat,read,pread64,readv,preadv';
      const { status, said } = await start(argv, SUDO, ['strace', '-f', '-y', '-qq', '-e', calls, '-o', log]).ended;
      expect([status, said.includes('bug')]).toEqual([0, false]);
      // once in each thread
      const parts = wholeCalls(fs.readFileSync(log, 'utf8')).split(/setuid\(1234\)[^\n]*\n/);
      expect(parts.length).toBeGreaterThan(1);
      const [before, after] = [parts[0], parts.at(-1)];
      const readOf = (text: string): string[] =>
        text.split('\n').filter((line) => /p?read\w*\(/.test(line) && line.includes(`<${file}>`));
      for (const line of readOf(before!)) expect(line).toMatch(/, 4, 0\) += 4$/);
      expect(readOf(after!).length).toBeGreaterThan(0);
      expect(after!.split('\n').filter((line) => line.includes('openat(') && line.includes(`"${ROOT}`))).toEqual([]);
    });

    test.each<[string, string, readonly string[], number, RegExp]>([
      ['reads all the same', 'setuid', [], 0, /more rights than needed: root may not become user 1234: EPERM/],
      ['and not with strict', 'setuid', ['--sandbox', 'strict'], 77, /strict: root may not become user 1234: EPERM/],
      ['nor without no_new_privs', 'prctl', ['--sandbox', 'strict'], 77, /strict: capabilities stay: prctl: errno 1/],
    ])('where it may not, it %s', async (_what, call, options, status, message) => {
      const before = [
        'strace',
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        `trace=${call}`,
        '-e',
        `inject=${call}:error=EPERM`,
      ];
      const ended = await start(['stats', '-r', STORED, ...options], SUDO, before).ended;
      expect([ended.status, ended.said]).toEqual([status, expect.stringMatching(message)]);
    });
  });

  const noNamespace = spawnSync('unshare', ['-r', 'true']).status === 0 ? null : 'user namespaces are not permitted';
  if (noNamespace !== null) console.warn(`skipped: root of a user namespace: ${noNamespace}`);
  test.skipIf(noNamespace !== null)(
    'of a namespace that has no other user: without a word, without a capability',
    async () => {
      const { status, out, said } = await start(['stats', '-r', STORED], SUDO, ['unshare', '-r']).ended;
      expect([status, said, out]).toEqual([0, '', expect.stringContaining('eth/ip')]);
    },
  );
});
