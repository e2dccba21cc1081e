import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-raw-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const READ = ['-r', LOOPBACK];
const RAW = [
  ['capture', ...READ, '-w', '-'],
  ['capture', ...READ, '-w', '-', '--as', 'pcapng', '-f', 'tcp'],
  ['capture', '-w', '-'],
  ['capture', '-i', 'lo', '-w', '-', '--annotate'],
  ['capture', '-w', '-', '--engine', 'tcpdump'],
  ['export', 'packets', ...READ, '-w', '-'],
  ['follow', ...READ, '--stream', '0', '--as', 'raw'],
  ['follow', ...READ, '--stream', '0', '-w', '-'],
  ['follow', ...READ, '--stream', '0', '--as', 'raw', '-w', '-'],
  ['follow', ...READ, '-f', 'stream == 0', '--as', 'raw', '--dir', 'a'],
  ['follow', '--stream', '0', '--as', 'raw'],
];

describe('raw bytes do not go to a terminal', () => {
  test.each(RAW.map((argv) => [argv.join(' ').replace(LOOPBACK, 'FILE'), argv]))('%s', async (_, argv) => {
    const context = fakeContext({ terminal: { columns: 80, rows: 24 } });
    let opened = 0;
    const openPlatform = async (): Promise<never> => {
      opened++;
      throw new Error('a capture was begun');
    };
    await expect(run({ ...context, openPlatform }, argv)).rejects.toMatchObject({
      exit: 64,
      message: expect.stringContaining('would go to a terminal'),
      hint: expect.stringContaining('-w FILE'),
    });
    expect([opened, context.out(), context.said]).toEqual([0, '', []]);
  });

  test.each([
    ['follow', ...READ, '--stream', '0'],
    ['follow', ...READ, '--stream', '0', '-w', '-', '--as', 'text'],
    ['follow', ...READ, '--stream', '0', '--as', 'hex'],
    ['follow', ...READ, '--stream', '0', '--as', 'raw', '-w', path.join(folder, 'stream')],
    ['export', 'packets', ...READ, '-w', '-', '--json'],
    ['export', 'packets', ...READ, '-w', path.join(folder, 'out.pcap')],
  ])('what is text, or goes to a file, does: %#', async (...argv) => {
    const context = fakeContext({ terminal: { columns: 80, rows: 24 } });
    await expect(run(context, argv)).resolves.toBe(0);
  });
});

test.skipIf(toolIsMissing('script'))('on a pseudoterminal, too, and in a pipe they go', () => {
  const words = ['follow', ...READ, '--stream', '0', '--as', 'raw'].map((word) => `'${word}'`).join(' ');
  const line = `'${process.execPath}' '${BIN}' ${words}; echo "status $?"`;
  const env = { ...process.env, NETWATCH_CONFIG: 'none' };
  const typescript = execFileSync('script', ['-qc', line, '/dev/null'], { env, encoding: 'latin1', stdio: 'pipe' });
  expect(typescript).toContain('would go to a terminal');
  expect(typescript).toContain('status 64');
  expect(typescript).not.toContain('HTTP/1.1');
  expect(execFileSync('sh', ['-c', line], { env, encoding: 'latin1' })).toContain('HTTP/1.1 200 OK');
});
