import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, isHeldUp, netwatch, startNetwatch } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** A listener of this process, so that there is always something to see. */
let server: net.Server;
let port: number;
beforeAll(async () => {
  server = net.createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as net.AddressInfo).port;
});
afterAll(() => server.close());

const shell = (line: string) =>
  spawnSync('bash', ['-c', line], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NETWATCH_CONFIG: 'none' },
  });

describe('the program as it was built', () => {
  test('has help, and each of its parts can be loaded', async () => {
    const { stdout, status } = await netwatch('--help');
    expect([status, stdout]).toEqual([0, expect.stringContaining('Commands:')]);
    const dist = path.join(path.dirname(BIN), '../dist');
    // Ink asks for the devtools of React, which are not installed, where DEV is set
    const parts = fs.readdirSync(dist).filter((name) => /^(?!main|program-|devtools-).*\.cjs$/.test(name));
    expect(parts.length).toBeGreaterThan(100);
    const load = `const { chunk } = require('./main.cjs'); for (const part of ${JSON.stringify(parts)}) chunk('./' + part); process.exit()`;
    const loaded = spawnSync(process.execPath, ['-e', load], { cwd: dist, encoding: 'utf8', timeout: 20_000 });
    expect([loaded.status, loaded.stderr]).toEqual([0, '']);
  });
});

describe('conns on this machine', () => {
  test('shows a listener of this process, with its owner', async () => {
    const { stdout, status } = await netwatch('conns', '--json', '-f', `local_port == ${port} and state == LISTEN`);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'conn',
      proto: 'tcp',
      local_addr: '127.0.0.1',
      pid: process.pid,
      uid: os.userInfo().uid,
    });
  });

  test('--wait sees a listener that opens later', async () => {
    const late = net.createServer();
    const free = await new Promise<number>((resolve) =>
      late.listen(0, '127.0.0.1', () => resolve((late.address() as net.AddressInfo).port)),
    );
    await new Promise((resolve) => late.close(resolve));
    const run = startNetwatch([
      'conns',
      '--json',
      '--wait',
      `any(local_port == ${free} and state == LISTEN)`,
      '--timeout',
      '15s',
      '--fields',
      'local_port',
    ]);
    await sleep(600);
    late.listen(free, '127.0.0.1');
    const { status } = await run.ended;
    late.close();
    expect(status).toBe(0);
  });

  test('--events tells of a connection shorter than the interval', async () => {
    const run = startNetwatch([
      'conns',
      '--events',
      '--json',
      '--interval',
      '1',
      '-f',
      `port == ${port}`,
      '--fields',
      'event,state,remote_port,local_port',
    ]);
    const again = setInterval(
      () =>
        net.connect(port, '127.0.0.1').once('connect', function (this: net.Socket) {
          this.destroy();
        }),
      300,
    );
    await run.until('"opened"');
    clearInterval(again);
    run.child.kill('SIGINT');
    const { stdout } = await run.ended;
    const events = stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toContain('opened');
  });

  test('rates are bytes per second', async () => {
    const peer = await new Promise<net.Socket>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    });
    const timer = setInterval(() => peer.write(Buffer.alloc(10_000)), 20);
    const filter = `local_port == ${peer.localPort} and remote_port == ${port}`;
    const argv = ['--json', '-f', filter, '--fields', 'time,tx_rate,tx_bytes', '--interval', '2', '-c', '2'];
    const { stdout } = await netwatch('conns', ...argv);
    clearInterval(timer);
    peer.destroy();
    const [before, after] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: string; tx_rate: number; tx_bytes: number });
    const seconds = (Date.parse(after!.time) - Date.parse(before!.time)) / 1000;
    expect(after!.tx_rate).toBeGreaterThan(0);
    // rates are of another clock than times: on a busy machine the two are read some milliseconds apart
    const apart = 0.05;
    const bytes = after!.tx_bytes - before!.tx_bytes;
    expect(after!.tx_rate).toBeGreaterThanOrEqual(bytes / (seconds + apart));
    expect(after!.tx_rate).toBeLessThanOrEqual(bytes / (seconds - apart));
  });
});

describe('the end', () => {
  test('a closed pipe ends quietly with 0', () => {
    const { stdout, stderr } = shell(
      `node ${BIN} conns -q --json --interval 0.05 | head -1 | wc -l; echo "status \${PIPESTATUS[0]}"`,
    );
    expect(stdout.trim().split('\n')).toEqual(['1', 'status 0']);
    expect(stderr).toBe('');
  });

  test.skipIf(!fs.existsSync('/dev/full'))('a full disk is an error that says so', () => {
    const { stderr, status } = shell(`node ${BIN} conns --json > /dev/full`);
    expect(status).toBe(74);
    expect(stderr).toMatch(/^netwatch: cannot write the output: .*ENOSPC/m);
  });

  test('a closed stdout or stderr is no crash', () => {
    expect(shell(`node ${BIN} conns --json -f 'local_port == 1' 2>&-`).status).toBe(0);
    expect([0, 74]).toContain(shell(`node ${BIN} conns --json >&-`).status);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s finishes the document and ends with %d', async (signal, status) => {
    const run = startNetwatch(['conns', '-o', 'json', '--interval', '0.1']);
    await run.until('"type":"conn"');
    run.child.kill(signal);
    const ended = await run.ended;
    expect(ended.status).toBe(status);
    expect(Array.isArray(JSON.parse(ended.stdout))).toBe(true);
  });

  test('SIGUSR1 neither ends it nor opens a debugger', async () => {
    const run = startNetwatch(['conns', '--json', '--interval', '0.1', '--fields', 'state']);
    await run.until('\n');
    run.child.kill('SIGUSR1');
    await sleep(400);
    run.child.kill('SIGINT');
    const { stderr, status } = await run.ended;
    expect(status).toBe(130);
    expect(stderr).not.toContain('Debugger');
  });

  test('a slow reader gets gaps, and does not make the program grow', async () => {
    const run = startNetwatch(['conns', '--json', '--interval', '0.01']);
    run.child.stdout!.pause();
    await isHeldUp(run.child.pid!);
    run.child.stdout!.resume();
    await run.until('"type":"gap"');
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
  });
});

describe('errors', () => {
  test('a folder that is no machine', async () => {
    const { stderr, status } = await netwatch('conns', '--root', '/no/such/machine');
    expect([status, stderr]).toEqual([
      66,
      'netwatch: no saved machine in /no/such/machine: it has neither proc/ nor run/\n',
    ]);
  });

  test('say what, where and what helps, on stderr alone', async () => {
    const { stdout, stderr, status } = await netwatch('conns', '-f', 'rtt > 100');
    expect(status).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^netwatch: .*"rtt".*\nnetwatch: {3}rtt > 100\nnetwatch: {3}\^\^\^\n/);
    expect(stderr).toContain('rtt_ms');
  });

  test('a hostile argument is shown safely', async () => {
    const { stderr } = await netwatch('conns', '--fields', 'a\x1b]52;c;AAAA\x07');
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(stderr).toContain('\\x1b]52;c;AAAA\\x07');
  });
});

const PAYLOAD = 'ev\x1b]0;owned\x07\x9b2J\ti\u202el';

describe.skipIf(toolIsMissing('bash'))('a process whose name attacks the terminal', () => {
  let folder: string;
  let child: ReturnType<typeof spawn>;
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-hostile-'));
    fs.chmodSync(folder, 0o755);
    const program = path.join(folder, PAYLOAD);
    fs.copyFileSync(shell('command -v bash').stdout.trim(), program);
    fs.chmodSync(program, 0o755);
    child = spawn(program, ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; echo ready; read -r line`], {
      argv0: PAYLOAD,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => child.stdout!.once('data', resolve));
  });
  afterAll(() => {
    child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
  });

  test.each(['table', 'tsv', 'csv', 'ndjson', 'json'])('is shown safely as %s, on one line', async (format) => {
    const { stdout } = await netwatch(
      'conns',
      '-o',
      format,
      '--fields',
      'process,cmdline,exe,comm',
      '-f',
      `remote_port == ${port}`,
    );
    expect(stdout).toContain('owned');
    expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    if (format !== 'tsv') expect(stdout).not.toContain('\t');
  });

  test('JSON gives the name as it is', async () => {
    const { stdout } = await netwatch(
      'conns',
      '--json',
      '--fields',
      'process',
      '-f',
      `remote_port == ${port} and process`,
    );
    expect((JSON.parse(stdout) as { process: string }).process).toBe(PAYLOAD);
  });
});

describe.skipIf(toolIsMissing('script'))('on a terminal', () => {
  const config = path.join(os.tmpdir(), `netwatch-alone-${process.pid}.json`);
  beforeAll(() => fs.writeFileSync(config, '{"watch": {"no-probe": true, "ai": "never"}}', { mode: 0o644 }));
  afterAll(() => fs.rmSync(config));

  /** Starts netwatch without arguments, and types `keys` once it has painted: what the terminal got, and the exit status. */
  async function alone(settings: string, painted: RegExp, keys: string) {
    const line = `stty ${settings}; exec ${process.execPath} ${BIN}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', LANG: 'C.UTF-8', NETWATCH_CONFIG: config, SHELL: '/bin/sh' },
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const wasPainted = painted.test(shown);
      shown += text;
      if (!wasPainted && painted.test(shown)) child.stdin.write(keys);
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    return { shown, status };
  }

  test.each([
    ['the screen', 'rows 24 cols 80', /\d\d:\d\d:\d\dZ/, 'q'],
    ['a live table, where the screen has no room,', 'rows 9 cols 80', /\d+ connections: /, '\x03'],
  ])('netwatch alone shows %s and gives the terminal back at a key', async (what, settings, painted, key) => {
    const { shown, status } = await alone(settings, painted, key);
    expect(status).toBe(0);
    expect(shown.split('\x1b[?1049h')).toHaveLength(2);
    expect(shown.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(shown.lastIndexOf('\x1b[?1049h'));
    expect(shown.includes('\x1b[?2004h')).toBe(what === 'the screen');
  });
});
