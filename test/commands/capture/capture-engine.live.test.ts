import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines, until } from '../../support/live-scene.ts';
import { ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

let scene: LiveScene;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('tool');
});
afterAll(() => scene?.remove());

const SUDO = ['env', 'SUDO_UID=1234', 'SUDO_GID=1234'];
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const DATAGRAMS = 50;

/** Whether every datagram is in the capture, which is still being written. */
const holdsAll = async (file: string): Promise<boolean> =>
  isBegun(file) && (await readCapture(fs.readFileSync(file))).frames.length >= DATAGRAMS;
const isBegun = (file: string): boolean => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
const parsedLines = (out: string): number => out.split('\n').length - 1;

/** Datagrams to a port of the loopback where nobody listens. */
function talk(): void {
  const script = `for i in $(seq ${DATAGRAMS}); do echo netwatch > /dev/udp/127.0.0.1/9; sleep 0.01; done`;
  spawnSync('ip', ['netns', 'exec', scene.name, 'bash', '-c', script]);
}

const childOf = (pid: number): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());
const statusOf = (pid: number): string => fs.readFileSync(`/proc/${pid}/status`, 'utf8');
/** Whether it runs: a zombie does not. */
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(statusOf(pid));
  } catch {
    return false;
  }
};

describe.skipIf(noLiveCapture !== null || toolIsMissing('setpriv')).each(['tcpdump', 'dumpcap'] as const)(
  '--engine %s',
  { timeout: 120_000 },
  (tool) => {
    const missing = toolIsMissing(tool);
    const capture = (...argv: string[]): string[] => ['capture', '--engine', tool, '-i', 'lo', ...argv];

    test.skipIf(missing)('finds the same datagrams, with nanoseconds', async () => {
      const file = path.join(scene.folder, `${tool}.pcapng`);
      const [ours, theirs, written] = [
        scene.start(['capture', '-i', 'lo', '--bpf', 'udp', '--json']),
        scene.start(capture('--bpf', 'udp', '--json')),
        scene.start(capture('--bpf', 'udp', '-w', file), SUDO),
      ];
      await Promise.all([ours.capturing, theirs.capturing, written.capturing]);
      talk();
      for (const run of [ours, theirs]) await run.until(({ out }) => parsedLines(out) === DATAGRAMS);
      await until(() => holdsAll(file));
      for (const { child } of [ours, theirs, written]) child.kill('SIGINT');
      const [a, b] = [await ours.ended, await theirs.ended];
      expect([a.status, b.status, (await written.ended).status]).toEqual([0, 0, 0]);
      const [own, other] = [parseLines(a.out), parseLines(b.out)];
      const essence = ({ iface, length, src_port, info }: Record<string, unknown>) => [iface, length, src_port, info];
      expect(own).toHaveLength(DATAGRAMS);
      expect(other.map(essence)).toEqual(own.map(essence));
      for (const { time } of other) expect(time).toMatch(/\.\d{6}(\d{3})?Z$/); // one in a thousand is of whole microseconds
      expect(other.some(({ time }) => !String(time).endsWith('000Z'))).toBe(true);
      expect(b.said).toMatch(
        /50 packets captured; lo: \d+ received by the filter.*, 0 dropped by the kernel, 0 by the/,
      );
      const { uid, mode } = fs.statSync(file);
      // in a folder where that user could not have made it
      expect([uid, mode & 0o777]).toEqual([0, 0o600]);
      expect((await readCapture(fs.readFileSync(file))).frames).toHaveLength(DATAGRAMS);
    });

    test.skipIf(missing)('has no more than one capability, and is no root', async () => {
      const run = scene.start(capture('--fields', 'number'), SUDO);
      await run.capturing;
      const status = statusOf(childOf(run.pid));
      run.child.kill('SIGINT');
      expect((await run.ended).status).toBe(0);
      expect(status).toMatch(/^Uid:\t1234\t1234\t1234\t1234$/m);
      expect(status).toMatch(/^CapBnd:\t0{12}2000$/m);
      expect(status).toMatch(/^CapEff:\t0{12}[02]000$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    });

    test.skipIf(missing)('ends with netwatch', async () => {
      const run = scene.start(capture('--fields', 'number'), SUDO);
      await run.capturing;
      const child = childOf(run.pid);
      expect(isAlive(child)).toBe(true);
      run.child.kill('SIGKILL');
      await until(() => !isAlive(child));
    });

    test.skipIf(missing)('when it is killed, that is said', async () => {
      const run = scene.start(capture('--fields', 'number'));
      await run.capturing;
      process.kill(childOf(run.pid), 'SIGKILL');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([69, expect.stringContaining('the capturing process was ended by SIGKILL')]);
    });

    test.skipIf(missing)('an interface that goes is said, and what was captured stays', async () => {
      const file = path.join(scene.folder, `gone-${tool}.pcap`);
      scene.ip('link', 'add', 'nwx', 'type', 'veth', 'peer', 'name', 'nwy');
      scene.ip('link', 'set', 'nwx', 'up');
      const run = scene.start(['capture', '--engine', tool, '-i', 'nwx', '-w', file]);
      await run.capturing;
      await sleep(300);
      scene.ip('link', 'del', 'nwx');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([69, expect.stringContaining('interface nwx is gone')]);
      expect((await readCapture(fs.readFileSync(file))).problems).toEqual([]);
    });

    test.skipIf(missing).each<[string, readonly string[], readonly string[], number, RegExp]>([
      ['a wrong filter', ['--bpf', 'port foo'], [], 64, /--bpf "port foo": unknown port 'foo'/],
      ['no permission', [], NOBODY, 77, /lo needs CAP_NET_RAW: socket: Operation not permitted\n.*setcap/],
      ['--sandbox strict', ['--sandbox', 'strict'], [], 77, /does not confine itself by Landlock/],
      ['--reconnect', ['--reconnect'], [], 64, /--reconnect needs --engine pcap/],
    ])('%s', async (_what, argv, before, status, message) => {
      const { status: ended, said, out } = await scene.start(capture(...argv), before).ended;
      expect([ended, said, out]).toEqual([status, expect.stringMatching(message), '']);
    });

    test.skipIf(missing)('no interface', async () => {
      const { status, said, out } = await scene.start(['capture', '--engine', tool, '-i', 'nosuch0']).ended;
      expect([status, said, out]).toEqual([66, expect.stringMatching(/no interface "nosuch0"/), '']);
    });

    test('one that is not there is named, with the command that installs it', async () => {
      const hide = [
        'bash',
        '-c',
        `for d in /usr/bin /usr/sbin; do test -e $d/${tool} && mount --bind /dev/null $d/${tool}; done; exec "$@"`,
        'bash',
      ];
      const { status, said } = await scene.start(capture(), [...hide, ...NOBODY]).ended;
      expect([status, said]).toEqual([69, expect.stringMatching(new RegExp(`${tool} is not installed\\n.*install`))]);
    });
  },
);

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpdump') || toolIsMissing('dumpcap'))(
  'several interfaces',
  () => {
    beforeAll(() => {
      scene.ip('link', 'add', 'nwa', 'type', 'veth', 'peer', 'name', 'nwb');
      scene.ip('link', 'set', 'nwa', 'up');
    });

    test('are for dumpcap', async () => {
      const { status, said } = await scene.start(['capture', '--engine', 'tcpdump', '-i', 'lo,nwa']).ended;
      expect([status, said]).toEqual([64, expect.stringMatching(/tcpdump captures from one interface\n.*dumpcap/)]);
      const run = scene.start(['capture', '--engine', 'dumpcap', '-i', 'lo,nwa', '--bpf', 'udp port 9', '--json']);
      await run.capturing;
      talk();
      await run.until(({ out }) => parsedLines(out) === DATAGRAMS);
      run.child.kill('SIGINT');
      const ended = await run.ended;
      expect(new Set(parseLines(ended.out).map(({ iface }) => iface))).toEqual(new Set(['lo']));
      expect(ended.said).toMatch(/captured; lo: 50 received by the filter, .*; nwa: 0 received by the filter/);
    }, 120_000);
  },
);

/** node_modules/pcap as it is where it could not be built, in the mount namespace of `ip netns exec`. */
const WITHOUT_PCAP = [
  ...['bash', '-c', `mount -t tmpfs none "$(realpath ${ROOT}/node_modules/pcap/build)" && exec "$@"`, 'bash'],
];

describe.skipIf(noLiveCapture !== null || toolIsMissing('dumpcap'))('without the module pcap', () => {
  test('dumpcap captures in its place, which is said', async () => {
    const file = path.join(scene.folder, 'fallback.pcapng');
    const run = scene.start(['capture', '-i', 'lo', '--bpf', 'udp port 9', '-w', file], [...WITHOUT_PCAP, ...SUDO]);
    await run.capturing;
    talk();
    await until(() => holdsAll(file));
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([
      0,
      expect.stringContaining('the pcap module was not built: dumpcap captures instead'),
    ]);
    expect((await readCapture(fs.readFileSync(file))).frames).toHaveLength(DATAGRAMS);
  }, 120_000);

  test('--engine pcap says what it needs', async () => {
    const { status, said } = await scene.start(['capture', '-i', 'lo', '--engine', 'pcap'], WITHOUT_PCAP).ended;
    expect([status, said]).toEqual([69, expect.stringMatching(/needs the pcap module, which does not load/)]);
  });
});
