import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { descendantsOf } from '../../support/descendants.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { openPseudoTerminal, type PseudoTerminal, type Started } from '../../support/pseudo-terminal.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-luck-'));
const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const NODE = process.execPath;
/** ED: what comes first in a frame that does not follow the one before. */
const WHOLE_FRAME = '\x1b[2J';
let pty: PseudoTerminal;
let running: Started[] = [];
beforeEach(() => {
  pty = openPseudoTerminal(100, 30);
});
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  running = [];
  pty.close();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Starts the screen; what it says on stderr is kept apart. */
function start(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Started {
  const run = pty.start([...before, NODE, BIN, 'watch', '--no-dns', '--no-probe', ...argv], {
    env: { HOME: folder, ...env },
    stdio: ['terminal', 'terminal', 'pipe'],
  });
  running.push(run);
  return run;
}

/** Ends the screen, which must still answer. */
async function leave(run: Started): Promise<void> {
  pty.type('q');
  expect([await run.ended, run.said()]).toEqual([{ status: 0, signal: null }, '']);
  await pty.drained();
  expect((await pty.state()).buffer).toBe('normal');
}

const noTerminals = noNetwork !== null || toolIsMissing('setsid');

describe.skipIf(noTerminals)('a terminal', { timeout: 90_000 }, () => {
  test('that closes ends the screen quietly', async () => {
    const run = start(['-r', CAPTURE]);
    await pty.shows('1 Dash');
    pty.hangUp();
    expect([await run.ended, run.said()]).toEqual([{ status: 0, signal: null }, '']);
  });

  test('that closes ends a table quietly as well', async () => {
    const run = pty.start([NODE, BIN, 'ifaces', '--interval', '1'], { stdio: ['terminal', 'terminal', 'pipe'] });
    running.push(run);
    await pty.shows(/\blo\b/);
    pty.hangUp();
    // by the signal, or because nothing can be written any more
    expect([129, 74]).toContain((await run.ended).status);
    expect(run.said()).not.toContain('Assertion');
  });

  test('that nobody reads holds nothing up, and shows the newest frame when it is read again', async () => {
    pty.resize(200, 60);
    const run = start(['-r', CAPTURE]);
    await pty.shows('1 Dash');
    pty.standStill();
    const before = pty.sent().length;
    // each is a whole frame of some 10 kB
    for (let n = 0; n < 100; n++) {
      pty.type(String((n % 4) + 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    pty.type('5');
    pty.readOn();
    await pty.shows(/^ Stats/m);
    expect(pty.sent().length - before).toBeLessThan(300_000);
    await leave(run);
  });

  test('that is resized two hundred times a second shows the last size, and not each before', async () => {
    const run = start(['-r', CAPTURE]);
    await pty.shows('1 Dash');
    const resizes = 200;
    for (let n = 0; n < resizes; n++) {
      pty.resize(60 + (n % 60), 15 + (n % 20));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    pty.resize(111, 27);
    await until(async () => (await pty.lines()).at(-1)!.includes('1-8 tabs'));
    await leave(run);
    const frames = pty.sent().split(WHOLE_FRAME).length - 1;
    expect(frames).toBeLessThan(resizes);
  });

  test('of any size shows lines that fit, also when it is resized', async () => {
    pty.resize(20, 5);
    const run = start(['-r', CAPTURE]);
    await pty.shows(/^40×10 at least/);
    for (const [width, height, text] of [
      [10, 3, /^40×10 at *\n/],
      [1, 1, /^4$/],
      [300, 100, /1-8 tabs/],
      [19, 4, /^40×10 at least: the *\n/],
      [80, 24, /1-8 tabs/],
    ] as const) {
      pty.resize(width, height);
      await pty.shows(text);
    }
    await pty.shows('1-8 tabs');
    await leave(run);
  });

  test.each([
    ['that is dumb', { TERM: 'dumb' }, 'and TERM is dumb'],
    ['without a name', { TERM: '' }, 'and TERM does not say which one this is'],
  ])('%s shows no screen', async (_what, env, why) => {
    const run = start(['--tab', 'stats'], env);
    expect((await run.ended).status).toBe(64);
    expect(run.said()).toContain(`${why}\nnetwatch: netwatch stats --duration 10 prints the same\n`);
    await pty.drained();
    expect((await pty.lines()).join('')).toBe('');
  });

  test.each<[string, ('terminal' | 'ignore' | 'pipe')[]]>([
    ['stdin', ['ignore', 'terminal', 'pipe']],
    ['stdout', ['terminal', 'pipe', 'pipe']],
    ['stdin and stdout', ['ignore', 'pipe', 'pipe']],
  ])('that is not %s shows no screen', async (_what, stdio) => {
    const run = pty.start([NODE, BIN, 'watch'], { stdio });
    expect((await run.ended).status).toBe(64);
    expect(run.said()).toContain(
      'watch needs a terminal for its screen\nnetwatch: netwatch conns --interval 1 prints the same\n',
    );
  });

  test('with the locale C is sent ASCII alone', async () => {
    const run = start(['-r', CAPTURE], { LANG: 'C' });
    await pty.shows('1 Dash');
    for (const key of '12345678') pty.type(key);
    await pty.shows('Insights');
    await leave(run);
    expect([...pty.sent()].filter((character) => character > '\x7f')).toEqual([]);
  });
});

describe.skipIf(noTerminals || process.getuid?.() !== 0)("root's home folder", { timeout: 90_000 }, () => {
  test('that is not there keeps nothing but files from being saved, and says so', async () => {
    const run = start(['--tab', 'packets', '-r', CAPTURE], { HOME: path.join(folder, 'gone', 'home') });
    await pty.shows(/files cannot be saved: .*gone/);
    pty.type('1');
    await pty.shows(/^ Dashboard/m);
    pty.type('4');
    await pty.shows('Frame 38');
    pty.type('w');
    await pty.shows(/files cannot be saved: .*gone/);
    await leave(run);
  });
});

describe.skipIf(noTerminals)('a capture', { timeout: 90_000 }, () => {
  test('that is cut is shown as far as it goes', async () => {
    const cut = path.join(folder, 'cut.pcap');
    const bytes = fs.readFileSync(CAPTURE);
    fs.writeFileSync(cut, bytes.subarray(0, bytes.length - 5));
    const run = start(['-r', cut]);
    await pty.shows(/cut\.pcap: .*cut|cut\.pcap: .*ends/);
    await leave(run);
  });

  test('that is damaged is shown up to there', async () => {
    const file = path.join(folder, 'bad.pcap');
    const bytes = Buffer.from(fs.readFileSync(CAPTURE));
    bytes.fill(0xff, bytes.length >> 1);
    fs.writeFileSync(file, bytes);
    const run = start(['-r', file]);
    await pty.shows(/bad\.pcap: /);
    await leave(run);
  });

  test('from a pipe that nobody writes to is waited for, and q leaves at once', async () => {
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const run = start(['-r', fifo]);
    await pty.shows('1 Dash');
    await leave(run);
  });

  test('from a pipe is shown as it comes, and when it ends in the middle', async () => {
    const fifo = path.join(folder, 'fifo2');
    execFileSync('mkfifo', [fifo]);
    const run = start(['-r', fifo]);
    await pty.shows('1 Dash');
    const writer = fs.openSync(fifo, 'w');
    const bytes = fs.readFileSync(CAPTURE);
    fs.writeSync(writer, bytes.subarray(0, bytes.length - 5));
    await pty.shows(/127\.0\.0\.1|::1/);
    fs.closeSync(writer);
    await pty.shows(/fifo2: /);
    await leave(run);
  });
});

describe.skipIf(noTerminals || noLiveCapture !== null)('as root', { timeout: 90_000 }, () => {
  let scene: LiveScene;
  beforeAll(() => {
    scene = openLiveScene('luck');
    scene.ip('link', 'add', 'gone0', 'type', 'veth', 'peer', 'name', 'far0');
    scene.ip('link', 'set', 'far0', 'up');
    scene.ip('addr', 'add', '10.9.9.1/24', 'dev', 'gone0');
    scene.ip('link', 'set', 'gone0', 'up');
  });
  afterAll(() => scene?.remove());
  const inside = (): readonly string[] => ['ip', 'netns', 'exec', scene.name];

  test('an interface that vanishes is named, and the others are captured', async () => {
    const run = start(['--tab', 'interfaces'], {}, inside());
    await pty.shows('gone0');
    scene.ip('link', 'del', 'gone0');
    // and the other end of it with it
    await pty.shows(/packets of [^:]*gone0[^:]*: the interfaces? (is|are) gone; the others are captured/);
    await until(async () => !(await pty.lines()).some((line) => line.startsWith(' gone0')));
    pty.type('4');
    await pty.shows(/^ Packets/m);
    await scene.run(`
      const socket = require('node:dgram').createSocket('udp4');
      for (let n = 0; n < 5; n++) socket.send('still here', 4999, '127.0.0.1');
      process.stdout.write('sent');`);
    await pty.shows(/ → 4999 /);
    await leave(run);
  });

  test('a full disk is told, and the screen lives on', async () => {
    const disk = path.join(folder, 'disk');
    fs.mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k,mode=777', 'tmpfs', disk]);
    pty.resize(160, 30);
    try {
      const run = start(['-r', path.join(ROOT, 'test/captures/tls-suites.pcap')], { HOME: disk });
      await pty.shows('end of the capture');
      pty.type('w');
      await pty.shows(/no space left/i);
      expect(fs.readdirSync(disk)).toEqual([]);
      await leave(run);
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });

  test('who paints is nobody, and keeps nothing', async () => {
    const run = start([], {}, inside());
    await pty.shows(/\blo +/);
    const others = descendantsOf(run.pid);
    const entry = (name: string): number => others.find(({ command }) => command.includes(`/${name}.js`))!.pid;
    expect(privilegesOf(run.pid)).toEqual({ user: NOBODY, capabilities: '0', canGetMore: false });
    expect(privilegesOf(entry('sensor'))).toEqual({ user: NOBODY, capabilities: '0', canGetMore: false });
    // CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH find owners of sockets, CAP_DAC_OVERRIDE and CAP_FOWNER make files of root
    expect(privilegesOf(entry('socket-reader'))).toEqual({ user: NOBODY, capabilities: '80004', canGetMore: false });
    expect(privilegesOf(entry('file-writer'))).toEqual({ user: ADMINISTRATOR, capabilities: 'a', canGetMore: false });
    await leave(run);
  });
});

const NOBODY = '65534 65534 65534 65534 of 65534 65534 65534 65534 and ';
const ADMINISTRATOR = '0 0 0 0 of 0 0 0 0 and ';

/** What proc(5), /proc/PID/status says of a process. */
function privilegesOf(pid: number) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)![1]!.trim().replaceAll('\t', ' ');
  return {
    user: `${field('Uid')} of ${field('Gid')} and ${field('Groups')}`,
    capabilities: field('CapEff').replace(/^0+(?=.)/, ''),
    canGetMore: field('NoNewPrivs') !== '1',
  };
}
