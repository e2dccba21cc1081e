import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUnprivileged } from '../../../src/platform/linux/drop-privileges.ts';
import { SENSOR_NODE } from '../../../src/platform/linux/sensor-node.ts';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { untilCounted } from '../../support/numbered-capture.ts';
import { ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

let scene: LiveScene;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('priv');
});
afterAll(() => scene?.remove());

const USER = Array(4).fill(1234).join('\t');
const SUDO = ['env', 'SUDO_UID=1234', 'SUDO_GID=1234'];
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const AMBIENT = [...NOBODY, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];

const childrenOf = (pid: number): number[] =>
  execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
/** The process that netwatch has started with that program. */
const childOf = (pid: number, entry: string): number =>
  childrenOf(pid).find((child) => fs.readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(`/${entry}.js`))!;
const sensorOf = (pid: number): number => childOf(pid, 'sensor');

/** Datagrams to a port of the loopback where nobody listens. */
function talk(): void {
  const script = 'for i in $(seq 60); do echo netwatch > /dev/udp/127.0.0.1/9; sleep 0.01; done';
  spawnSync('ip', ['netns', 'exec', scene.name, 'bash', '-c', script]);
}

/** The text of status for each thread of a process. */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return fs.readdirSync(folder).map((thread) => fs.readFileSync(path.join(folder, thread, 'status'), 'utf8'));
}

/** Numbers of the capabilities that a thread may use. */
function capabilitiesOf(status: string): number[] {
  const bits = BigInt(`0x${/^CapEff:\t(.*)$/m.exec(status)![1]}`);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((bits >> BigInt(bit)) & 1n) === 1n);
}

const uidsOf = (threads: readonly string[]): Set<string> =>
  new Set(threads.map((status) => /^Uid:\s+(.*)$/m.exec(status)![1]!));

describe.skipIf(noLiveCapture !== null)('privileges of a live capture', { timeout: 30_000 }, () => {
  test.each<[string, readonly string[], number]>([
    ['root', [], 65_534],
    ['who called sudo', SUDO, 1234],
    ['a user with an ambient capability', AMBIENT, 65_534],
  ])('the sensor of %s keeps none, in any thread', async (_who, before, uid) => {
    const run = scene.start(['capture', '-i', 'lo', '--sandbox', 'strict'], before);
    await run.capturing;
    const threads = threadsOf(sensorOf(run.pid));
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    expect(status).toBe(0);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) expect(isUnprivileged(thread), thread).toBe(true);
    expect(uidsOf(threads)).toEqual(new Set([Array(4).fill(uid).join('\t')]));
  });

  test('neither does who dissects; who looks for processes keeps two', async () => {
    const run = scene.start(['capture', '-i', 'lo', '--fields', 'process', '--no-ebpf'], SUDO);
    await run.capturing;
    await until(() => threadsOf(run.pid).every(isUnprivileged));
    const pids = [run.pid, sensorOf(run.pid), childOf(run.pid, 'socket-reader')];
    const [netwatch, sensor, reader] = pids.map(threadsOf);
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(0);
    for (const thread of [...netwatch!, ...sensor!]) expect(isUnprivileged(thread), thread).toBe(true);
    expect(uidsOf([...netwatch!, ...sensor!, ...reader!])).toEqual(new Set([USER]));
    // CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE
    for (const thread of reader!) expect(capabilitiesOf(thread)).toEqual([2, 19]);
  });

  test('one that waits for an interface keeps the right to capture', async () => {
    scene.ip('link', 'add', 'nwr', 'type', 'veth', 'peer', 'name', 'nws');
    scene.ip('link', 'set', 'nwr', 'up');
    const run = scene.start(['capture', '-i', 'nwr', '--reconnect', '--fields', 'number'], SUDO);
    await run.capturing;
    await until(() => threadsOf(run.pid).every((thread) => capabilitiesOf(thread).length <= 1));
    const threads = threadsOf(run.pid);
    scene.ip('link', 'del', 'nwr');
    await sleep(500);
    scene.ip('link', 'add', 'nwr', 'type', 'veth', 'peer', 'name', 'nws');
    scene.ip('link', 'set', 'nwr', 'up');
    await until(() => spawnSync('pgrep', ['-P', String(run.pid)]).status === 0);
    await until(() => threadsOf(sensorOf(run.pid)).every(isUnprivileged));
    const again = threadsOf(sensorOf(run.pid));
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([0, expect.stringContaining('interface nwr is back after')]);
    for (const thread of threads) expect(capabilitiesOf(thread)).toEqual([13]); // CAP_NET_RAW
    expect(uidsOf([...threads, ...again])).toEqual(new Set([USER]));
    for (const thread of again) expect(isUnprivileged(thread), thread).toBe(true);
  });

  test('without a reader of processes nothing is left that is privileged', async () => {
    const file = path.join(scene.folder, 'alone.pcap');
    const run = scene.start(['capture', '-i', 'lo', '-w', file, '-f', 'udp'], SUDO);
    await run.capturing;
    await until(() => threadsOf(run.pid).every(isUnprivileged));
    expect(childrenOf(run.pid)).toHaveLength(1);
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(0);
  });

  test('conns --packets has one reader of sockets for all that ask, and it sees the owners', async () => {
    const run = scene.start(['conns', '--packets', '--interval', '0.2', '--json', '-f', 'app == dns or udp'], SUDO);
    await run.capturing;
    await until(() => threadsOf(run.pid).every(isUnprivileged));
    const entries = childrenOf(run.pid).map(
      (child) =>
        fs
          .readFileSync(`/proc/${child}/cmdline`, 'utf8')
          .split('\0')
          .find((word) => word.endsWith('.js'))!,
    );
    expect(entries.map((file) => path.basename(file)).sort()).toEqual(['sensor.js', 'socket-reader.js']);
    const reader = childOf(run.pid, 'socket-reader');
    const talker = await scene.run(`
      const socket = require('node:dgram').createSocket('udp4');
      setInterval(() => socket.send('x', 9, '127.0.0.1'), 20);
      console.log('begun');`);
    let printed = '';
    run.child.stdout!.on('data', (text: string) => {
      printed += text;
    });
    await until(() => printed.includes(`"pid":${talker.pid}`));
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
    talker.stdin!.end();
    await until(() => !fs.existsSync(`/proc/${reader}`));
  });

  test.each<[string, readonly string[], RegExp]>([
    ['which the sensor writes', [], /^own\.pcap$/],
    ['which is replaced', ['--force'], /^own\.pcap$/],
    ['of packets that pass', ['-f', 'udp'], /^own\.pcap$/],
    ['of packets that pass, replaced', ['-f', 'udp', '--force'], /^own\.pcap$/],
    ['after another', ['--rotate-size', '500'], /^own_0000\d_\d{14}\.pcap$/],
  ])('a file %s is of who called sudo, in a folder of theirs', (_what, options, names) =>
    writesAs(1234, folderOf(1234), options, names),
  );

  test.each<[string, readonly string[], RegExp]>([
    ['which the sensor writes', [], /^own\.pcap$/],
    ['which is replaced', ['--force'], /^own\.pcap$/],
    ['of packets that pass', ['-f', 'udp'], /^own\.pcap$/],
    ['of packets that pass, replaced', ['-f', 'udp', '--force'], /^own\.pcap$/],
    ['after another', ['--rotate-size', '500'], /^own_0000\d_\d{14}\.pcap$/],
  ])('a file %s is of root, in a folder where who called sudo could make none', (_what, options, names) =>
    writesAs(0, folderOf(0), options, names),
  );

  /** A folder that others may enter, not write in. */
  function folderOf(uid: number): string {
    fs.chmodSync(scene.folder, 0o711);
    const folder = fs.mkdtempSync(path.join(scene.folder, 'of-'));
    fs.chmodSync(folder, 0o755);
    fs.chownSync(folder, uid, uid);
    return folder;
  }

  async function writesAs(owner: number, folder: string, options: readonly string[], names: RegExp): Promise<void> {
    const file = path.join(folder, 'own.pcap');
    if (options.includes('--force')) fs.writeFileSync(file, 'old');
    const run = scene.start(['capture', '-i', 'lo', '--bpf', 'udp', '-c', '9', '-w', file, ...options], SUDO);
    await run.capturing;
    talk();
    expect(await run.ended).toMatchObject({ status: 0 });
    const found = fs.readdirSync(folder);
    expect(found.length).toBeGreaterThan(options.includes('--rotate-size') ? 1 : 0);
    let frames = 0;
    for (const name of found) {
      const at = path.join(folder, name);
      const { uid, gid, mode } = fs.statSync(at);
      expect(name).toMatch(names);
      expect([uid, gid, mode & 0o7777]).toEqual([owner, owner, 0o600]);
      frames += (await readCapture(fs.readFileSync(at))).frames.length;
    }
    expect(frames).toBe(9);
  }

  test.each([
    ['new', []],
    ['replaced', ['--force']],
  ])('so is what follow writes, %s', async (_what, options) => {
    const folder = folderOf(1234);
    const file = path.join(folder, 'stream');
    if (options.length > 0) fs.writeFileSync(file, 'old');
    const argv = [
      'follow',
      '-i',
      'lo',
      '--bpf',
      'udp port 9',
      '-f',
      'udp',
      '--dir',
      'a',
      '--duration',
      '3',
      '--no-ebpf',
    ];
    const run = scene.start([...argv, '-w', file, ...options], SUDO);
    await run.capturing;
    spawnSync('ip', ['netns', 'exec', scene.name, 'bash', '-c', 'echo netwatch > /dev/udp/127.0.0.1/9']);
    expect(await run.ended).toMatchObject({ status: 0 });
    expect(fs.readFileSync(file, 'utf8')).toContain('netwatch');
    const { uid, mode } = fs.statSync(file);
    expect([uid, mode & 0o7777]).toEqual([1234, 0o600]);
    expect(fs.readdirSync(folder)).toEqual(['stream']);
  });

  test('a file that cannot be made is said before anything is captured', async () => {
    const file = path.join(scene.folder, 'nowhere', 'x.pcap');
    const ended = await scene.start(['capture', '-i', 'lo', '-w', file, '--force'], SUDO).ended;
    expect([ended.status, ended.said]).toEqual([73, expect.stringContaining(`${file} cannot be created`)]);
    const none = path.join(scene.folder, 'none.pcap');
    expect((await scene.start(['capture', '-i', 'nosuch0', '-w', none, '-f', 'udp'], SUDO).ended).status).toBe(66);
    expect(fs.existsSync(none)).toBe(false);
  });

  test.skipIf(toolIsMissing('strace'))('no file of the program is opened once it has become another user', async () => {
    const log = path.join(scene.folder, 'opened');
    const before = [...SUDO, 'strace', '-qq', '-e', 'trace=setuid,openat', '-o', log];
    const argv = ['stats', '-i', 'lo', '--by', 'protocols', '--duration', '1', '-o', 'table', '--color', 'always'];
    const run = scene.start(argv, before);
    await run.capturing;
    talk();
    expect(await run.ended).toMatchObject({ status: 0, out: expect.stringContaining('udp') });
    const [, after] = fs.readFileSync(log, 'utf8').split(/^setuid\(1234\) .*$/m);
    expect(after).toBeDefined();
    expect(after).not.toContain(ROOT);
  });

  test('--sandbox off keeps them, and says so', async () => {
    const run = scene.start(['capture', '-i', 'lo', '--sandbox', 'off']);
    await run.capturing;
    const threads = threadsOf(sensorOf(run.pid));
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([0, expect.stringContaining('--sandbox off: the capturing process keeps')]);
    expect(uidsOf(threads)).toEqual(new Set(['0\t0\t0\t0']));
    expect(threads.some(isUnprivileged)).toBe(false);
  });

  describe.skipIf(toolIsMissing('strace'))('a kernel that refuses', () => {
    const without = (call: string, error: string): string[] => [
      ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`],
    ];

    test.each<[string, readonly string[], string, number, RegExp]>([
      ['Landlock', without('landlock_create_ruleset', 'ENOSYS'), 'strict', 77, /strict: the kernel has no Landlock/],
      ['a ruleset', without('landlock_restrict_self', 'E2BIG'), 'strict', 77, /strict: Landlock refuses: .*errno 7/],
      ['no_new_privs', without('prctl', 'EINVAL'), 'strict', 77, /cannot give up its privileges: prctl: errno 22/],
      ['another user', without('setuid', 'EPERM'), 'on', 77, /cannot give up its privileges: EPERM.*\n.*--sandbox off/],
    ])('%s', async (_what, before, mode, status, message) => {
      const ended = await scene.start(['capture', '-i', 'lo', '--sandbox', mode], before).ended;
      expect(ended).toMatchObject({ status, out: '' });
      expect(ended.said).toMatch(message);
      expect(ended.said).not.toContain('capturing on');
    });

    test('without Landlock the rest is given up', async () => {
      const before = without('landlock_create_ruleset', 'ENOSYS');
      const run = scene.start(['capture', '-i', 'lo', '--duration', '1'], before);
      expect((await run.ended).status).toBe(0);
    });
  });

  /** A shell command in a mount namespace of its own, where /usr/local/lib is what it makes of it; then netwatch as nobody. */
  const withCopy = (prepare: string, ...more: readonly string[]): string[] => {
    const script = `set -e
      mount -t tmpfs -o mode=755 tmpfs /usr/local/lib
      install -D -o root -g 65534 -m 750 "${process.execPath}" ${SENSOR_NODE}
      setcap cap_net_raw=ep ${SENSOR_NODE}
      ${prepare}
      exec ${[...NOBODY, ...more].join(' ')} "$@"`;
    return ['bash', '-c', script, 'bash'];
  };

  describe.skipIf(toolIsMissing('setcap'))('a copy of node with the capability', () => {
    test('captures for a user who may not, and then has it no more', async () => {
      const run = scene.start(['capture', '-i', 'lo', '--bpf', 'udp', '--sandbox', 'strict'], withCopy(''));
      await run.capturing;
      const sensor = sensorOf(run.pid);
      const threads = threadsOf(sensor);
      talk();
      await untilCounted(run, 60);
      run.child.kill('SIGINT');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringMatching(/ 60 packets captured/)]);
      for (const thread of threads) expect(isUnprivileged(thread), thread).toBe(true);
    });

    test('is what doctor tells of', async () => {
      const argv = ['doctor', '--json', '-f', 'name == "capture"'];
      const { out } = await scene.start(argv, withCopy('')).ended;
      expect(JSON.parse(out)).toMatchObject({ status: 'ok', detail: `by ${SENSOR_NODE}`, remedy: null });
      const bare = await scene.start(argv, withCopy(`setcap -r ${SENSOR_NODE}`)).ended;
      expect(JSON.parse(bare.out)).toMatchObject({
        status: 'missing',
        detail: `${SENSOR_NODE}: it has no CAP_NET_RAW`,
      });
    });

    test.each<[string, string, readonly string[], RegExp]>([
      [
        'is not used when others may write it',
        `chmod o+w ${SENSOR_NODE}`,
        [],
        /is not used: .* may be written by users other than root/,
      ],
      ['nor in a folder of others', `chmod o+w ${path.dirname(SENSOR_NODE)}`, [], /is not used: .* may be written by/],
      ['nor when it is of another user', `chown 65534 ${SENSOR_NODE}`, [], /is not used: .* is not owned by root/],
      ['nor by who is not of its group', `chgrp 1 ${SENSOR_NODE}`, [], /is not used: permission denied/],
      [
        'gives nothing where no_new_privs is set',
        '',
        ['--no-new-privs'],
        /the program that started netwatch set no_new_privs/,
      ],
    ])('%s', async (_what, prepare, more, message) => {
      const { status, said } = await scene.start(['capture', '-i', 'lo'], withCopy(prepare, ...more)).ended;
      expect([status, said]).toEqual([77, expect.stringMatching(message)]);
      expect(said).toContain(`-m 750 ${process.execPath} ${SENSOR_NODE} && sudo setcap cap_net_raw=ep ${SENSOR_NODE}`);
    });
  });

  test('who may capture by an ambient capability needs no other to see every packet of an interface', async () => {
    scene.ip('link', 'add', 'nwp', 'type', 'veth', 'peer', 'name', 'nwq');
    scene.ip('link', 'set', 'nwp', 'up');
    const run = scene.start(['capture', '-i', 'nwp'], AMBIENT);
    await run.capturing;
    const shown = execFileSync('ip', ['-n', scene.name, '-d', 'link', 'show', 'nwp'], { encoding: 'utf8' });
    await until(() => threadsOf(run.pid).every(isUnprivileged));
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(0);
    expect(shown).toContain('promiscuity 1');
  });
});
