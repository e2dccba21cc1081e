import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HIDING, noHiding } from '../../support/hidden-processes.ts';
import { type LiveScene, noLiveCapture, until } from '../../support/live-scene.ts';
import { watchStalls } from '../../support/machine-stall.ts';
import {
  countedIn,
  type NumberedCapture,
  openNumberedCapture,
  readNumbered,
  sensorOf,
  untilCounted,
} from '../../support/numbered-capture.ts';
import { BIN, isHeldUp, netwatch } from '../../support/program.ts';

let capture: NumberedCapture;
let scene: LiveScene;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  capture = await openNumberedCapture('nwsig', 200);
  ({ scene } = capture);
  await scene.run(capture.pair.endless);
});
afterAll(() => scene?.remove());

const CAPTURE = ['capture', '-i', 'nwsig', '--bpf', 'udp port 9'];
const fileOf = (name: string): string => capture.fileOf(name);

describe.skipIf(noLiveCapture !== null)('signals, while packets come', { timeout: 120_000 }, () => {
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
    expect(fs.readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^State:\s+[SRD]/m);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe(0);
  });

  test.each([
    ['and what it had is not lost', []],
    ...(noHiding === null ? [['where /proc hides it as well', HIDING] as const] : []),
  ] as const)('a sensor that is stopped is said within a second, %s', async (_what, before) => {
    const file = fileOf(`stopped-${before.length}.pcap`);
    const run = scene.start([...CAPTURE, '-w', file], before);
    await run.capturing;
    await untilCounted(run, 1);
    let said = '';
    run.child.stderr!.on('data', (text: string) => (said += text));
    const stalls = await watchStalls();
    const start = performance.now();
    process.kill(sensorOf(run), 'SIGSTOP');
    await until(() => said.includes(`the capturing process is stopped`));
    const millis = performance.now() - start;
    expect(millis).toBeLessThan(1000 + 4 * (await stalls.end())); // it looks twice, and this process then hears of it
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    const { numbers, problems, isOrdered } = await readNumbered(file);
    expect([status, problems, isOrdered]).toEqual([0, [], true]);
    expect(numbers.length).toBeGreaterThan(0);
  });

  test('two signals at once, as timeout(1) sends to its child and to its group, are one', async () => {
    const argv = ['netns', 'exec', scene.name, process.execPath, BIN, ...CAPTURE, '--json'];
    const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await isHeldUp(child.pid!); // nobody reads what it prints, so that it cannot end before the second signal
    child.kill('SIGTERM');
    await sleep(20);
    child.kill('SIGTERM');
    await sleep(20);
    child.stdout.resume();
    expect(await ended).toBe(0);
    expect(countedIn(said)).toBeGreaterThan(0);
  });

  test('a file that is torn in its last packet: all the others', async () => {
    const file = fileOf('tear.pcap');
    const run = scene.start([...CAPTURE, '-c', '100', '-w', file]);
    await run.ended;
    const whole = await readNumbered(file);
    fs.truncateSync(file, fs.statSync(file).size - 7);
    const { status, stderr } = await netwatch('capture', '-r', file, '-w', fileOf('mended.pcap'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('99')]);
    const { numbers, problems } = await readNumbered(fileOf('mended.pcap'));
    expect([whole.numbers.length, numbers, problems]).toEqual([100, whole.numbers.slice(0, 99), []]);
  });

  test('kill -9 with --force: the old file is as it was, and the new one is beside it', async () => {
    const file = fileOf('old.pcap');
    fs.writeFileSync(file, 'old');
    const run = scene.start([...CAPTURE, '-v', '--force', '-w', file]);
    await run.capturing;
    await run.until(({ said }) => countedIn(said) > 0);
    run.child.kill('SIGKILL');
    const { said } = await run.ended;
    const beside = fileOf(`.old.pcap.${run.pid}`);
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
    expect(countedIn(said)).toBeGreaterThan(0);
    expect((await readNumbered(beside)).numbers.length).toBeGreaterThanOrEqual(countedIn(said));
  });
});
