import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines, until } from '../../support/live-scene.ts';
import { watchStalls } from '../../support/machine-stall.ts';
import { numbered, numbersOf, openVethPair, type VethPair } from '../../support/veth-pair.ts';

let scene: LiveScene;
let pair: VethPair;
let network = 100;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('iface');
});
afterAll(() => scene?.remove());

const BPF = ['--bpf', 'udp port 9'];
const fileOf = (name: string): string => path.join(scene.folder, name);
const operstateOf = (name: string): string =>
  JSON.parse(
    execFileSync('ip', ['-n', scene.name, '-j', 'link', 'show', name], { encoding: 'utf8' }),
  )[0].operstate.toLowerCase();
const capturedIn = async (name: string) => {
  const { frames, problems } = await readCapture(fs.readFileSync(fileOf(name)));
  return { numbers: numbersOf(frames), problems };
};

describe.skipIf(noLiveCapture !== null)(
  'an interface that changes while it is captured from',
  { timeout: 120_000 },
  () => {
    beforeEach(async () => {
      pair = await openVethPair(scene, `nwi${network}`, network++);
    });
    afterEach(() => pair.remove());

    test('goes down and up, slowly and at once: capturing goes on, and the gap is told', async () => {
      const { near } = pair;
      const written = scene.start(['capture', '-i', near, ...BPF, '-w', fileOf('flap.pcap')]);
      const printed = scene.start(['capture', '-i', near, ...BPF, '--json', '--fields', 'number']);
      await Promise.all([written.capturing, printed.capturing]);
      const said = { written: '', printed: '' };
      written.child.stderr!.on('data', (text: string) => (said.written += text));
      printed.child.stderr!.on('data', (text: string) => (said.printed += text));
      const untilSaid = (words: string): Promise<void> =>
        until(() => said.written.includes(words) && said.printed.includes(words));
      // packets and news of the interface come by pipes of their own
      const untilPrinted = (packets: number): Promise<void> =>
        printed.until(({ out }) => out.split('"packet"').length - 1 === packets);
      pair.send(20, 0);
      await untilPrinted(20);
      scene.ip('link', 'set', near, 'down');
      await untilSaid('went down');
      await pair.up();
      await untilSaid('is up again after');
      pair.send(20, 20);
      await untilPrinted(40);
      // one after the other without a look between
      const input = `link set ${near} down\nlink set ${near} up\n`;
      execFileSync('ip', ['-n', scene.name, '-batch', '-'], { input });
      await pair.up();
      await untilSaid('was down for a moment');
      pair.send(20, 40);
      await untilPrinted(60);
      written.child.kill('SIGINT');
      printed.child.kill('SIGINT');
      const [file, records] = await Promise.all([written.ended, printed.ended]);
      expect([file.status, records.status]).toEqual([0, 0]);
      expect(await capturedIn('flap.pcap')).toEqual({ numbers: numbered(0, 60), problems: [] });
      for (const { said } of [file, records]) {
        expect(said).toContain(`interface ${near} went down; the capture continues when it is up again`);
        expect(said).toMatch(new RegExp(`interface ${near} is up again after [\\d.]+s`));
        expect(said).toContain(`interface ${near} was down for a moment`);
      }
      const rows = parseLines(records.out);
      expect(rows.filter(({ type }) => type === 'packet').length).toBe(60);
      const gaps = rows.map(({ type }, at) => ({ type, at })).filter(({ type }) => type === 'gap');
      expect(gaps.map(({ at }) => at)).toEqual([20, 41]);
      expect(rows[20]).toMatchObject({ dropped: null, iface: near, reason: expect.stringContaining('up again') });
    });

    test('is renamed: capturing goes on', async () => {
      const { near } = pair;
      const run = scene.start(['capture', '-i', near, ...BPF, '-w', fileOf('renamed.pcap')]);
      await run.capturing;
      pair.send(10, 0);
      scene.ip('link', 'set', near, 'name', `${near}x`);
      await run.until(({ said }) => said.includes('is now named'));
      pair.send(10, 10);
      run.child.kill('SIGINT');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining(`interface ${near} is now named ${near}x`)]);
      expect(await capturedIn('renamed.pcap')).toEqual({ numbers: numbered(0, 20), problems: [] });
    });

    test('is renamed while it is down: capturing goes on when it is up again', async () => {
      const { near } = pair;
      const run = scene.start(['capture', '-i', near, ...BPF, '-w', fileOf('down-renamed.pcap')]);
      await run.capturing;
      pair.send(10, 0);
      scene.ip('link', 'set', near, 'down');
      await run.until(({ said }) => said.includes('went down'));
      scene.ip('link', 'set', near, 'name', `${near}y`);
      await run.until(({ said }) => said.includes('is now named'));
      scene.ip('link', 'set', `${near}y`, 'up');
      await until(() => run.child.exitCode !== null || operstateOf(`${near}y`) === 'up');
      await run.until(({ said }) => said.includes('is up again after'));
      pair.send(10, 10);
      run.child.kill('SIGINT');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining(`interface ${near} is now named ${near}y`)]);
      expect(await capturedIn('down-renamed.pcap')).toEqual({ numbers: numbered(0, 20), problems: [] });
    });

    test('is renamed while it is down, and then gone: the end', async () => {
      const { near } = pair;
      const run = scene.start(['capture', '-i', near, ...BPF, '-w', fileOf('down-gone.pcap')]);
      await run.capturing;
      scene.ip('link', 'set', near, 'down');
      scene.ip('link', 'set', near, 'name', `${near}z`);
      await run.until(({ said }) => said.includes('is now named'));
      expect(run.child.exitCode).toBe(null);
      pair.remove();
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([69, expect.stringContaining(`interface ${near} is gone`)]);
    });

    test('is gone: the end, within a second and what the machine stalls, and what was captured is whole', async () => {
      const run = scene.start(['capture', '-i', pair.near, ...BPF, '-w', fileOf('gone.pcapng')]);
      await run.capturing;
      pair.send(10, 0);
      const stalls = await watchStalls();
      const start = performance.now();
      pair.remove();
      const { status, said } = await run.ended;
      const millis = performance.now() - start;
      expect(millis).toBeLessThan(1000 + 4 * (await stalls.end())); // four turns follow one another until it has ended
      expect([status, said]).toEqual([69, expect.stringContaining(`interface ${pair.near} is gone`)]);
      expect(said).toMatch(/10 packets captured; .* 0 dropped by the kernel/);
      expect(await capturedIn('gone.pcapng')).toEqual({ numbers: numbered(0, 10), problems: [] });
    });

    test.each(['pcap', 'pcapng'])('is gone and comes back: --reconnect goes on in the same %s', async (format) => {
      const { near } = pair;
      const name = `back.${format}`;
      const written = scene.start(['capture', '-i', near, ...BPF, '--reconnect', '-c', '30', '-w', fileOf(name)]);
      const printed = scene.start(['capture', '-i', near, ...BPF, '--reconnect', '--json', '--fields', 'number']);
      await Promise.all([written.capturing, printed.capturing]);
      pair.send(10, 0);
      for (const [round, first] of [10, 20].entries()) {
        const bothSay = (words: string): Promise<unknown> =>
          Promise.all(
            [written, printed].map((run) => run.until(({ said }) => said.split(words).length - 1 === round + 1)),
          );
        pair.remove();
        await bothSay('is gone; waiting for an interface of that name');
        await pair.make();
        await bothSay('is back after');
        pair.send(12, first);
      }
      await printed.until(({ out }) => parseLines(out).filter(({ type }) => type === 'packet').length === 34);
      printed.child.kill('SIGINT');
      const [file, records] = await Promise.all([written.ended, printed.ended]);
      expect([file.status, records.status]).toEqual([0, 0]);
      expect(await capturedIn(name)).toEqual({
        numbers: [...numbered(0, 10), ...numbered(10, 12), ...numbered(20, 8)],
        problems: [],
      });
      expect(file.said).toMatch(new RegExp(`30 packets captured; ${near}: 3[0-9] received`));
      const rows = parseLines(records.out);
      expect(rows.map(({ type }) => type)).toEqual([
        ...Array(10).fill('packet'),
        'gap',
        ...Array(12).fill('packet'),
        'gap',
        ...Array(12).fill('packet'),
      ]);
    });

    test('never comes back: --reconnect waits until it is interrupted', async () => {
      const run = scene.start(['capture', '-i', pair.near, ...BPF, '--reconnect', '-w', fileOf('never.pcap')]);
      await run.capturing;
      pair.send(10, 0);
      pair.remove();
      await run.until(({ said }) => said.includes('waiting for an interface of that name'));
      run.child.kill('SIGINT');
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining('waiting for an interface of that name')]);
      expect(await capturedIn('never.pcap')).toEqual({ numbers: numbered(0, 10), problems: [] });
    });
  },
);
