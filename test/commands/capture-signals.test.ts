import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../support/captures.ts';
import { HIDING, noHiding } from '../support/hidden-processes.ts';
import { type Live, type LiveScene, noLiveCapture, openLiveScene, until } from '../support/live-scene.ts';
import { BIN, netwatch } from '../support/program.ts';
import { numbered, numbersOf, openVethPair, type VethPair } from '../support/veth-pair.ts';

let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('signal');
  pair = await openVethPair(scene, 'nwsig', 200);
  await scene.run(pair.endless);
});
afterAll(() => scene?.remove());

const CAPTURE = ['capture', '-i', 'nwsig', '--bpf', 'udp port 9'];
const fileOf = (name: string): string => path.join(scene.folder, name);
const read = async (file: string) => {
  const { frames, problems } = await readCapture(fs.readFileSync(file));
  const numbers = numbersOf(frames);
  // one that is missing was lost on its way, where the kernel queues what it sends to itself
  return { numbers, problems, isOrdered: numbers.every((number, at) => at === 0 || number > numbers[at - 1]!) };
};
const sensorOf = ({ pid }: Live): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());
/** The packets that were last said to be captured. */
const countedIn = (said: string): number =>
  Number([...said.matchAll(/^netwatch: (\d+) packets? captured/gm)].at(-1)?.[1] ?? 0);

describe.skipIf(noLiveCapture !== null)('signals, while packets come', { timeout: 120_000 }, () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it within a second, and the file is whole',
    async (signal) => {
      const one = async (at: number): Promise<void> => {
        const file = fileOf(`${signal}${at}.pcapng`);
        const run = scene.start([...CAPTURE, '-w', file]);
        await run.capturing;
        await sleep(Math.random() * 800);
        const start = performance.now();
        run.child.kill(signal);
        const { status, said } = await run.ended;
        expect(performance.now() - start).toBeLessThan(1000);
        expect(status).toBe(0);
        const { numbers, problems, isOrdered } = await read(file);
        expect([problems, isOrdered]).toEqual([[], true]);
        expect(countedIn(said)).toBe(numbers.length);
      };
      for (let at = 0; at < 8; at += 2) await Promise.all([one(at), one(at + 1)]);
    },
  );

  test('the numbers reconcile, in words and in the interface statistics', async () => {
    const file = fileOf('reconcile.pcapng');
    const run = scene.start([...CAPTURE, '-w', file]);
    await run.capturing;
    await sleep(1000);
    run.child.kill('SIGINT');
    const { said } = await run.ended;
    const words =
      /(\d+) packets captured; nwsig: (\d+) received by the filter, (\d+) dropped by the kernel, \d+ by the interface, (\d+) not taken/;
    const [captured, received, dropped, left] = words.exec(said)!.slice(1).map(Number);
    expect(captured! + dropped! + left!).toBe(received);
    const statistics = statisticsOf(fs.readFileSync(file));
    // isb_ifrecv, isb_osdrop, isb_usrdeliv
    expect([statistics.get(4), statistics.get(7), statistics.get(8)]).toEqual([received, dropped, captured]);
  });

  test('a second SIGINT ends it at once', async () => {
    // nobody reads what it prints, so that the first one has to wait
    const child = spawn('ip', ['netns', 'exec', scene.name, process.execPath, BIN, ...CAPTURE, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stderr.once('data', resolve));
    await sleep(2000);
    child.kill('SIGINT');
    await sleep(500);
    expect(child.exitCode).toBe(null);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });

  test('SIGHUP is nothing to it under nohup', async () => {
    const file = fileOf('nohup.pcap');
    const said = fileOf('nohup.err');
    const command = `nohup ${process.execPath} ${BIN} capture -i nwsig -w ${file} 2>${said}`;
    // script(1) gives it a terminal, which is where nohup replaces stdin
    const child = spawn('ip', ['netns', 'exec', scene.name, 'script', '-qec', command, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'inherit'],
      cwd: scene.folder,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until(() => fs.existsSync(said) && fs.readFileSync(said, 'utf8').includes('capturing on'));
    const pid = Number(execFileSync('pgrep', ['-f', `^${process.execPath} ${BIN}.*nohup.pcap`], { encoding: 'utf8' }));
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGHUP');
    await sleep(1000);
    expect(fs.readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^State:\s+[SR]/m);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe(0);
  });

  test('SIGUSR2 asks that all be on the disk', async () => {
    const file = fileOf('synced.pcapng');
    const run = scene.start([...CAPTURE, '-w', file]);
    await run.capturing;
    await sleep(500);
    run.child.kill('SIGUSR2');
    await sleep(300);
    process.kill(sensorOf(run), 'SIGKILL');
    const { said } = await run.ended;
    const synced = Number(/(\d+) packets on the disk/.exec(said)![1]);
    expect(synced).toBeGreaterThan(0);
    expect((await read(file)).numbers.length).toBeGreaterThanOrEqual(synced);
  });

  test.each([
    ['and what it had is not lost', []],
    ...(noHiding === null ? [['where /proc hides it as well', HIDING] as const] : []),
  ] as const)('a sensor that is stopped is said within a second, %s', async (_what, before) => {
    const file = fileOf(`stopped-${before.length}.pcap`);
    const run = scene.start([...CAPTURE, '-w', file], before);
    await run.capturing;
    await sleep(500);
    let said = '';
    run.child.stderr!.on('data', (text: string) => (said += text));
    const start = performance.now();
    process.kill(sensorOf(run), 'SIGSTOP');
    await until(() => said.includes(`the process that captures is stopped`));
    expect(performance.now() - start).toBeLessThan(1000);
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    const { numbers, problems, isOrdered } = await read(file);
    expect([status, problems, isOrdered]).toEqual([0, [], true]);
    expect(numbers.length).toBeGreaterThan(0);
  });

  test('kill -9, at any moment: what was counted reads back, and one packet at most is torn', async () => {
    const one = async (at: number): Promise<void> => {
      const isBuffered = at % 2 === 1;
      const format = at % 4 < 2 ? 'pcap' : 'pcapng';
      const file = fileOf(`kill${at}.${format}`);
      const run = scene.start([...CAPTURE, '-v', ...(isBuffered ? ['-U'] : []), '-w', file]);
      await run.capturing;
      await sleep(Math.random() * 1500);
      const sensor = sensorOf(run);
      process.kill(at % 8 < 4 ? sensor : run.pid, 'SIGKILL');
      const { said } = await run.ended;
      await until(() => !fs.existsSync(`/proc/${sensor}`));
      const { numbers, problems, isOrdered } = await read(file);
      expect(numbers.length).toBeGreaterThanOrEqual(countedIn(said));
      expect(isOrdered).toBe(true);
      expect(problems.length).toBeLessThanOrEqual(isBuffered ? 0 : 1);
      const whole = fileOf(`whole${at}.${format}`);
      const mended = await netwatch('capture', '-r', file, '-w', whole);
      expect(mended.status).toBe(0);
      expect(await read(whole)).toEqual({ numbers, problems: [], isOrdered: true });
    };
    for (let at = 0; at < 40; at += 4) await Promise.all([0, 1, 2, 3].map((more) => one(at + more)));
  });

  test('a file that is torn in its last packet: all the others', async () => {
    const file = fileOf('tear.pcap');
    const run = scene.start([...CAPTURE, '-c', '100', '-w', file]);
    await run.ended;
    fs.truncateSync(file, fs.statSync(file).size - 7);
    const { status, stderr } = await netwatch('capture', '-r', file, '-w', fileOf('mended.pcap'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('99')]);
    const { numbers, problems } = await read(fileOf('mended.pcap'));
    expect([numbers, problems]).toEqual([numbered(numbers[0]!, 99), []]);
  });

  test('kill -9 with --force: the old file is as it was, and the new one is beside it', async () => {
    const file = fileOf('old.pcap');
    fs.writeFileSync(file, 'old');
    const run = scene.start([...CAPTURE, '-v', '--force', '-w', file]);
    await run.capturing;
    await sleep(2300);
    run.child.kill('SIGKILL');
    const { said } = await run.ended;
    const beside = fileOf(`.old.pcap.${run.pid}`);
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
    expect(countedIn(said)).toBeGreaterThan(0);
    expect((await read(beside)).numbers.length).toBeGreaterThanOrEqual(countedIn(said));
  });
});

/** The options of the interface statistics block that ends a capture, by their code (draft-ietf-opsawg-pcapng, 4.6). */
function statisticsOf(file: Buffer): Map<number, number> {
  const options = new Map<number, number>();
  const length = file.readUInt32LE(file.length - 4);
  const block = file.subarray(file.length - length);
  expect(block.readUInt32LE(0)).toBe(5);
  for (let at = 20; block.readUInt16LE(at) !== 0; at += 12) {
    options.set(block.readUInt16LE(at), Number(block.readBigUInt64LE(at + 4)));
  }
  return options;
}
