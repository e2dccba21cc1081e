import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const ENTERED = '\x1b[?1049h\x1b[?25l';
const LEFT = '\x1b[?25h\x1b[?1049l';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-terminal-'));
const server = net.createServer((socket) => socket.end());
let scene: LiveScene | null = null;
let runs = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  if (noLiveCapture === null) scene = openLiveScene('term');
});
afterAll(() => {
  server.close();
  scene?.remove();
  fs.rmSync(folder, { recursive: true });
});

const port = (): number => (server.address() as net.AddressInfo).port;
const TABLES: readonly (readonly [string, () => string])[] = [
  ['netwatch', () => ''],
  ['conns', () => 'conns --interval 1'],
  ['ifaces', () => 'ifaces --interval 1'],
  ['probe', () => `probe tcp://127.0.0.1:${port()} --every 1`],
  ...(noLiveCapture === null ? [['stats', () => 'stats -i lo --interval 1'] as const] : []),
];

/** Runs netwatch on a terminal, and ends it once the table is drawn: what the terminal got, and what the shell says of it. */
async function endOnTerminal(argv: string, end: (pid: number) => void, node = '') {
  const pidFile = path.join(folder, `${++runs}.pid`);
  const script = `ulimit -c 0; stty -a; sh -c 'echo $$ >${pidFile}; exec ${process.execPath} ${node} ${BIN} ${argv} 2>/dev/null'; echo "status $?"; stty -a`;
  const command = ['script', '-qec', script, '/dev/null'];
  const [file, ...args] = argv.startsWith('stats') ? ['ip', 'netns', 'exec', scene!.name, ...command] : command;
  const child = spawn(file!, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', TERM: 'xterm', SHELL: '/bin/sh' },
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const closed = new Promise((resolve) => child.once('close', resolve));
  await until(() => shown.includes(ENTERED));
  end(Number(fs.readFileSync(pidFile, 'utf8')));
  await closed;
  const [, before, after] = /^([\s\S]*?)\x1b\[\?1049h[\s\S]*status \d+\r\n([\s\S]*)$/.exec(shown)!;
  return {
    status: Number(/status (\d+)\r\n/.exec(shown)![1]),
    isLeft: shown.lastIndexOf(LEFT) > shown.lastIndexOf(ENTERED),
    settings: { before: before!.trim(), after: after!.trim() },
  };
}

describe.skipIf(toolIsMissing('script'))('the terminal is given back', { timeout: 60_000 }, () => {
  test.each(TABLES)('%s: by Ctrl-\\ and by abort, and the signal is what ended it', async (_name, argv) => {
    for (const [signal, status] of [
      ['SIGQUIT', 131],
      ['SIGABRT', 134],
    ] as const) {
      const ended = await endOnTerminal(argv(), (pid) => process.kill(pid, signal));
      expect([signal, ended.status, ended.isLeft]).toEqual([signal, status, true]);
      expect(ended.settings.after).toBe(ended.settings.before);
    }
  });

  test('after its processor time', async () => {
    const { status, isLeft } = await endOnTerminal('ifaces --interval 1', (pid) => process.kill(pid, 'SIGXCPU'));
    expect([status, isLeft]).toEqual([128 + os.constants.signals.SIGXCPU, true]);
  });

  test.each([
    ['an exception that nobody catches', 'throw new Error()'],
    ['a promise that nobody waits for', 'void Promise.reject(new Error())'],
  ])('after %s', async (_what, crash) => {
    const preload = path.join(folder, 'crash.cjs');
    fs.writeFileSync(preload, `process.on('SIGWINCH', () => { ${crash}; });`);
    const argv = 'ifaces --interval 1';
    const { status, isLeft } = await endOnTerminal(argv, (pid) => process.kill(pid, 'SIGWINCH'), `-r ${preload}`);
    expect([status, isLeft]).toEqual([1, true]);
  });
});
