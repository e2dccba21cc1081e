import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type Live, type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { countedIn } from '../../support/numbered-capture.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { numbered, numbersOf, openVethPair, type VethPair } from '../../support/veth-pair.ts';

const COUNT = 20_000;
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('series');
  // nothing comes but what is replayed: the kernel would say that it is there
  const quiet = ['sysctl', '-q', '-w', 'net.ipv6.conf.default.disable_ipv6=1'];
  execFileSync('ip', ['netns', 'exec', scene.name, ...quiet]);
  pair = await openVethPair(scene, 'nwseries', 203);
  writeNumbered(path.join(scene.folder, 'numbered'), COUNT, 100);
});
afterAll(() => scene?.remove());

const CAPTURE = ['capture', '-i', 'nwseries'];

function replay(limit = COUNT): Promise<unknown> {
  const file = path.join(scene.folder, 'numbered');
  const argv = ['tcpreplay', '-q', '-K', '--pps', '50000', '--limit', String(limit), '-i', pair.far, file];
  const child = spawn('ip', ['netns', 'exec', scene.name, ...argv], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}

/** A folder of its own for a ring. */
const newFolder = (): string => fs.mkdtempSync(path.join(scene.folder, 'ring-'));

/** A process that netwatch has started, by its entry. */
function processOf({ pid }: Live, entry: string): number {
  const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return Number(children.find((one) => fs.readFileSync(`/proc/${one}/cmdline`, 'latin1').includes(`/${entry}.js`)));
}

const SEQPACKET = '0005';

/** Whether its sensor writes files, which it is passed by a socket with messages, and no pipe. */
function isDirect(run: Live): boolean {
  const [inode] = /\d+/.exec(fs.readlinkSync(`/proc/${processOf(run, 'sensor')}/fd/3`))!;
  const sockets = fs.readFileSync(`/proc/${run.pid}/net/unix`, 'latin1').split('\n');
  return sockets.some((line) => {
    const [, , , , type, , number] = line.split(/\s+/);
    return number === inode && type === SEQPACKET;
  });
}

/** The files of a ring: each with its name but for the time, its length, its first bytes, and the numbers of its packets. */
async function filesIn(folder: string) {
  const names = fs.readdirSync(folder).sort();
  return Promise.all(
    names.map(async (name) => {
      const bytes = fs.readFileSync(path.join(folder, name));
      const { frames, problems } = await readCapture(bytes);
      expect(problems).toEqual([]);
      // the header of the file, and of pcapng its interface
      const header = bytes.subarray(0, name.endsWith('.pcap') ? 24 : 28 + 44).toString('hex');
      return { name: name.replace(/_\d{14}/, ''), length: bytes.length, header, numbers: numbersOf(frames) };
    }),
  );
}

const numbersIn = async (folder: string): Promise<number[]> =>
  (await filesIn(folder)).flatMap(({ numbers }) => numbers);

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpreplay'))(
  'the sensor writes a ring',
  { timeout: 60_000 },
  () => {
    test.each([
      ['r.pcap', []],
      ['r.pcapng', []],
      ['r.pcap', ['--snaplen', '60']],
      ['r.pcapng', ['--rotate-keep', '4']],
      ['r.pcapng', ['-U']],
      ['r.pcap', ['--bpf', 'udp']],
    ])('of the very files that this process would write: %s %j', async (name, options) => {
      const folders = [newFolder(), newFolder()] as const;
      const rotate = ['-c', String(COUNT), '--rotate-size', '200kB', ...options];
      const direct = scene.start([...CAPTURE, ...rotate, '-w', path.join(folders[0], name)]);
      // a filter needs packets in this process
      const read = scene.start([...CAPTURE, ...rotate, '-f', 'udp', '-w', path.join(folders[1], name)]);
      await Promise.all([direct.capturing, read.capturing]);
      expect([direct, read].map(isDirect)).toEqual([true, false]);
      await replay();
      const [ours, theirs] = await Promise.all([direct.ended, read.ended]);
      expect([ours.status, theirs.status]).toEqual([0, 0]);
      const said = (text: string): string => text.match(/wrote .*/)![0].replaceAll(/_\d{14}|\/ring-[^/]*/g, '');
      expect(said(ours.said)).toBe(said(theirs.said));
      const [written, copied] = [await filesIn(folders[0]), await filesIn(folders[1])];
      // the snap length, which a pcap that was read from a pipe cannot say
      const cut = options.includes('--snaplen');
      const told = written.map((one) => (cut ? { ...one, header: copied[0]!.header } : one));
      expect(told).toEqual(copied);
      expect(written.length).toBeGreaterThan(options.includes('--rotate-keep') ? 3 : 6);
      const numbers = written.flatMap((one) => one.numbers);
      expect(numbers).toEqual(numbered(COUNT - numbers.length, numbers.length));
    });

    test('by time, with no packet lost between two files', async () => {
      const folder = newFolder();
      const run = scene.start([
        ...CAPTURE,
        '-c',
        '1000',
        '--rotate-time',
        '300ms',
        '-w',
        path.join(folder, 'r.pcapng'),
      ]);
      await run.capturing;
      pair.send(1000, 0);
      expect((await run.ended).status).toBe(0);
      const files = await filesIn(folder);
      expect(files.length).toBeGreaterThan(2);
      expect(files.flatMap(({ numbers }) => numbers)).toEqual(numbered(0, 1000));
    });

    test('as one file when no packet comes, which begins when it ends', async () => {
      const folder = newFolder();
      const run = scene.start([...CAPTURE, '--rotate-size', '200kB', '-w', path.join(folder, 'r.pcap')]);
      await run.capturing;
      expect(fs.readdirSync(folder)).toEqual([]);
      run.child.kill('SIGINT');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringMatching(/wrote 0 of 0 packets to .*r_00001_\d{14}\.pcap\n$/)]);
      expect(await filesIn(folder)).toMatchObject([{ name: 'r_00001.pcap', length: 24, numbers: [] }]);
    });

    test('for a user who may capture and is not root', async () => {
      const folder = newFolder();
      for (const one of [scene.folder, folder]) fs.chmodSync(one, 0o777);
      const allowed = [...NOBODY, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];
      const words = ['-c', String(COUNT), '--rotate-size', '200kB', '-w', path.join(folder, 'r.pcap')];
      const run = scene.start([...CAPTURE, ...words], allowed);
      await run.capturing;
      expect(isDirect(run)).toBe(true);
      await replay();
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining(`wrote ${COUNT} of ${COUNT} packets`)]);
      expect(await numbersIn(folder)).toEqual(numbered(0, COUNT));
      for (const name of fs.readdirSync(folder)) {
        const { uid, mode } = fs.statSync(path.join(folder, name));
        expect([uid, mode & 0o777]).toEqual([65_534, 0o600]);
      }
    });

    test('until the next file cannot be made: 73, and how many packets are in those before', async () => {
      const folder = newFolder();
      const run = scene.start([...CAPTURE, '--rotate-size', '200kB', '-w', path.join(folder, 'r.pcap')]);
      await run.capturing;
      await replay(5000);
      const [first] = fs.readdirSync(folder);
      const planted = namesAfter(first!, 4, 60);
      for (const name of planted) fs.writeFileSync(path.join(folder, name), 'not ours');
      await replay();
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([
        73,
        expect.stringMatching(/r_00004_\d+\.pcap exists already; \d+ packets kept, \d+ lost/),
      ]);
      for (const name of planted) {
        expect(fs.readFileSync(path.join(folder, name), 'utf8')).toBe('not ours');
        fs.rmSync(path.join(folder, name));
      }
      const numbers = await numbersIn(folder);
      expect(numbers).toEqual([...numbered(0, 5000), ...numbered(0, numbers.length - 5000)]);
      expect(said).toContain(`; ${numbers.length} packets kept, `);
    });

    test('until the process that makes files is gone, and what was written is whole', async () => {
      const folder = newFolder();
      const run = scene.start([...CAPTURE, '--rotate-size', '200kB', '-w', path.join(folder, 'r.pcap')]);
      await run.capturing;
      const sensor = processOf(run, 'sensor');
      await replay(3000);
      await until(() => fs.readdirSync(folder).length > 1);
      process.kill(processOf(run, 'file-writer'), 'SIGKILL');
      await replay();
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([69, expect.stringContaining('the file-writer has ended')]);
      await until(() => !fs.existsSync(`/proc/${sensor}`));
      const numbers = await numbersIn(folder);
      expect(numbers).toEqual([...numbered(0, 3000), ...numbered(0, numbers.length - 3000)]);
      expect(countedIn(said)).toBe(numbers.length);
    });

    test('and ends with netwatch, also while it waits for a file', async () => {
      const folder = newFolder();
      const run = scene.start([...CAPTURE, '--rotate-size', '200kB', '-w', path.join(folder, 'r.pcap')]);
      await run.capturing;
      const sensor = processOf(run, 'sensor');
      process.kill(run.pid, 'SIGSTOP');
      await replay(1000);
      // it waits for its first file, which a stopped process does not bring
      process.kill(run.pid, 'SIGKILL');
      await until(() => !fs.existsSync(`/proc/${sensor}`));
      expect(fs.readdirSync(folder)).toEqual([]);
    });
  },
);

/** Names of a file of this number, if it began in one of the seconds after another file of its ring. */
function namesAfter(name: string, number: number, seconds: number): string[] {
  const [, stem, year, month, day, hour, minute, second] = /^(\w+)_\d{5}_(\d{4})(..)(..)(..)(..)(..)/.exec(name)!;
  return Array.from({ length: seconds }, (_, after) => {
    const at = new Date(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second) + after,
    );
    const two = (value: number): string => String(value).padStart(2, '0');
    const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
    const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
    return `${stem}_${String(number).padStart(5, '0')}_${date}${time}.pcap`;
  });
}
