import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/live-scene.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { BIN, hasOpened, listensToSignals, startNetwatch } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-interrupted-'));
const silent = path.join(folder, 'silent');
beforeAll(() => spawnSync('mkfifo', [silent]));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Far more than it takes, and far less than for ever. */
const AT_ONCE_MS = 5000;

/** Waits until the program listens to signals and has opened its input, `-` for stdin, and lets it wait for that. */
async function readsFrom(pid: number, file: string): Promise<void> {
  await listensToSignals(pid);
  if (file !== '-') await hasOpened(pid, file);
  await sleep(200);
}

const ENDS: readonly (readonly [string, NodeJS.Signals, number])[] = [
  ['stats', 'SIGINT', 130],
  ['stats', 'SIGTERM', 143],
  ['stats', 'SIGHUP', 129],
  ['capture', 'SIGINT', 0],
  ['follow', 'SIGTERM', 0],
  ['conns', 'SIGINT', 130],
  ['export packets', 'SIGTERM', 143],
];

describe.skipIf(process.platform !== 'linux')(
  'an input that has nothing to say ends on the first signal',
  {
    timeout: 60_000,
  },
  () => {
    test.each(ENDS)('a pipe without a writer: %s on %s: %i', async (command, signal, status) => {
      const run = startNetwatch([...command.split(' '), '-r', silent, '--json']);
      await readsFrom(run.child.pid!, silent);
      const start = performance.now();
      run.child.kill(signal);
      const ended = await run.ended;
      expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
      expect([ended.status, ended.stdout]).toEqual([status, '']);
      expect(ended.stderr).not.toMatch(/capture:|cut short/);
    });

    test('-w of it: no file is left behind', async () => {
      const file = path.join(folder, 'none.pcap');
      const run = startNetwatch(['export', 'packets', '-r', silent, '-w', file]);
      await readsFrom(run.child.pid!, silent);
      run.child.kill('SIGINT');
      expect([(await run.ended).status, fs.existsSync(file)]).toEqual([130, false]);
    });

    describe.skipIf(toolIsMissing('script'))('a terminal', () => {
      test.each([
        ['stats -r /dev/tty', 'SIGINT', 130],
        ['stats -r -', 'SIGTERM', 143],
        ['capture -r /dev/tty', 'SIGHUP', 0],
        ['conns -r /dev/tty', 'SIGTERM', 143],
      ] as const)('%s on %s: %i', async (argv, signal, status) => {
        const pidFile = path.join(folder, `${argv}-${signal}.pid`.replaceAll(/[ /]/g, '_'));
        const script = `sh -c 'echo $$ >${pidFile}; exec ${process.execPath} ${BIN} ${argv}'; echo "status $?"`;
        const child = spawn('script', ['-qec', script, '/dev/null'], {
          stdio: ['pipe', 'pipe', 'inherit'],
          env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', SHELL: '/bin/sh' },
        });
        let shown = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
        const closed = new Promise((resolve) => child.once('close', resolve));
        await until(() => fs.existsSync(pidFile) && fs.readFileSync(pidFile, 'utf8').endsWith('\n'));
        const pid = Number(fs.readFileSync(pidFile, 'utf8'));
        await readsFrom(pid, argv.split(' ').at(-1)!);
        const start = performance.now();
        process.kill(pid, signal);
        await until(() => shown.includes('status '));
        expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
        await closed;
        expect(shown).toContain(`status ${status}`);
      });
    });

    const kernelLog = ((): number | null => {
      try {
        return fs.openSync('/dev/kmsg', 'r');
      } catch {
        console.warn('skipped: /dev/kmsg may not be read');
        return null;
      }
    })();
    afterAll(() => kernelLog !== null && fs.closeSync(kernelLog));

    test.skipIf(kernelLog === null).each(['/dev/kmsg', '-'])('the log of the kernel, as %s', async (file) => {
      // its lines are no records (65); of one that was opened by others, and so waits, the thread that reads is left behind
      const child = spawn(process.execPath, [BIN, 'conns', '-r', file], {
        stdio: [file === '-' ? kernelLog : 'ignore', 'ignore', 'ignore'],
        env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
      });
      const ended = new Promise((resolve) => child.once('exit', (status) => resolve(status)));
      // by then it may be over, and of what is over nothing can be read
      await Promise.race([ended, readsFrom(child.pid!, file).catch(() => ended)]);
      const start = performance.now();
      if (child.exitCode === null) child.kill('SIGTERM');
      expect([65, 143]).toContain(await ended);
      expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    });
  },
);

test.each(['capture', 'follow --all --udp'])('%s of a file says that it was not read to its end', async (command) => {
  const file = path.join(folder, 'many.pcap');
  writeNumbered(file, 300_000, 60);
  const run = startNetwatch([...command.split(' '), '-r', file, '--json']);
  await run.until('\n');
  run.child.kill('SIGINT');
  const { status, stderr } = await run.ended;
  expect([status, stderr]).toEqual([0, expect.stringContaining(`interrupted: ${file} was not read to its end`)]);
});
