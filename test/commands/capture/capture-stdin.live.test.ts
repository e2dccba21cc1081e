import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { libc } from '../../../src/platform/linux/libc.ts';
import { pcap, readCapture } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { recordsOf } from '../../support/in-process.ts';
import { BIN, listensToSignals, type Running, startNetwatch } from '../../support/program.ts';

/** The built program at the end of a pipe that is slow, breaks off or is full. */

const frame = (word: string) => udpFrame({ srcPort: 4000, dstPort: 9999 }, [...Buffer.from(word)]);
const HEADER = 24;
const RECORD = 16;
/** A record header and its frame each, after the header of the file. */
const CAPTURE = pcap(['one', 'four', 'three'].map((word, index) => ({ bytes: frame(word), seconds: index })));
const [FIRST, SECOND, THIRD] = [3, 7, 12].map((length, index) => HEADER + (index + 1) * (RECORD + 42) + length) as [
  number,
  number,
  number,
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-stdin-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Starts it with some of the bytes sent. */
function fed(argv: readonly string[], upTo: number): Running {
  const run = startNetwatch(argv, { stdin: 'pipe' });
  run.child.stdin!.on('error', () => {});
  run.child.stdin!.write(CAPTURE.subarray(0, upTo));
  return run;
}

describe('packets come out as they come in', () => {
  test.each(['ndjson', 'tsv', 'csv', 'table'])('as %s, whole ones only', async (format) => {
    const run = fed(['capture', '-r', '-', '-o', format, '--fields', 'number,payload_bytes,info'], SECOND - 1);
    await run.until('Len=3');
    run.child.stdin!.write(CAPTURE.subarray(SECOND - 1, SECOND));
    await run.until('Len=4');
    run.child.stdin!.end(CAPTURE.subarray(SECOND));
    const { stdout, status } = await run.ended;
    expect([status, stdout.match(/Len=\d/g)]).toEqual([0, ['Len=3', 'Len=4', 'Len=5']]);
  });

  test('byte by byte', async () => {
    const run = fed(['capture', '-r', '-', '--json', '--fields', 'number'], 0);
    for (const byte of CAPTURE.subarray(0, SECOND)) {
      run.child.stdin!.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    run.child.stdin!.end(CAPTURE.subarray(SECOND));
    expect((await run.ended).stdout).toBe([1, 2, 3].map((number) => `{"type":"packet","number":${number}}\n`).join(''));
  });

  test('a followed stream and a written capture too', async () => {
    const follow = fed(['follow', '-r', '-', '--stream', '0', '--udp'], FIRST);
    await follow.until('→ one');
    follow.child.stdin!.end(CAPTURE.subarray(FIRST));
    expect((await follow.ended).stdout).toBe('→ onefourthree\n');
    const write = fed(['capture', '-r', '-', '-w', '-', '-f', 'contains "four"'], SECOND);
    await write.until('four');
    write.child.stdin!.end();
    expect(await write.ended).toMatchObject({ status: 0 });
  });

  test('unpacked', () => {
    const run = (argv: readonly string[]) => spawnSync(process.execPath, [BIN, ...argv], { input: gzipSync(CAPTURE) });
    for (const command of ['stats', 'capture', 'follow', 'conns']) expect(run([command, '-r', '-']).status).toBe(0);
  });
});

describe('an end in the middle of a packet', () => {
  test.each(['stats', 'capture', 'follow', 'conns'])('is said by %s, which counts what is there', async (command) => {
    const run = fed([command, '-r', '-', '--json'], THIRD - 1);
    run.child.stdin!.end();
    const { stdout, stderr, status } = await run.ended;
    expect([status, stderr]).toEqual([0, `netwatch: stdin: cut short in packet 3, at byte ${THIRD - 1}\n`]);
    expect(recordsOf(stdout).length).toBeGreaterThan(0);
  });
});

const TIOCOUTQ = 0x5411;

/** Resolves when a program has taken all that was written to its stdin, a socket, and sleeps. */
async function hasReadAll({ child }: Running): Promise<void> {
  const { fd } = (child.stdin as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const left = Buffer.alloc(4);
  for (let quiet = 0; quiet < 5; ) {
    if (libc().ioctl(fd, TIOCOUTQ, left) < 0) throw new Error('TIOCOUTQ');
    // a thread that waits for its turn is R, and not S
    const sleeps = / S /.test(fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1').replace(/^.*\)/, ''));
    quiet = sleeps && left.readInt32LE() === 0 ? quiet + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.skipIf(process.platform !== 'linux')('an interrupt ends with what there is', { timeout: 120_000 }, () => {
  test.concurrent.each<[string, readonly string[], NodeJS.Signals, number, RegExp]>([
    ['capture', [], 'SIGINT', 0, /"number":2,/],
    ['capture', [], 'SIGTERM', 0, /"number":2,/],
    ['follow', ['--all', '--udp'], 'SIGINT', 0, /"packets":2,.*\n.*"data":"b25l".*\n.*"data":"Zm91cg=="/],
    ['follow', ['--stream', '5'], 'SIGINT', 0, /^$/],
    ['stats', ['--by', 'summary'], 'SIGINT', 130, /"packets":2,/],
    ['conns', [], 'SIGTERM', 143, /"rx_packets":0,"tx_packets":2,/],
  ])('%s %j on %s: %i', async (command, argv, signal, status, printed) => {
    const run = fed([command, '-r', '-', '--json', ...argv], THIRD - 1);
    // what tells that it read is not printed by all of them
    if (command === 'capture') await run.until('"number":2');
    else {
      await listensToSignals(run.child.pid!);
      await hasReadAll(run);
    }
    run.child.kill(signal);
    const ended = await run.ended;
    expect([ended.status, ended.stderr.replace('netwatch: no stream records\n', '')]).toEqual([status, '']);
    expect(ended.stdout).toMatch(printed);
  });

  test('a capture that is written is whole', async () => {
    const file = path.join(folder, 'interrupted.pcap');
    const run = fed(['capture', '-r', '-', '-w', file], THIRD - 1);
    while (!fs.existsSync(file) || fs.statSync(file).size < SECOND)
      await new Promise((resolve) => setTimeout(resolve, 20));
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ status: 0, stderr: `netwatch: wrote 2 of 2 packets to ${file}\n` });
    const { frames, problems } = await readCapture(fs.readFileSync(file));
    expect([frames.length, problems]).toEqual([2, []]);
  });
});

describe('an output that fails', () => {
  const many = path.join(folder, 'many.pcap');
  fs.writeFileSync(many, pcap(Array.from({ length: 20_000 }, () => ({ bytes: frame('x'.repeat(100)) }))));
  const commands = [
    'capture',
    'capture -V',
    'capture -w - -q',
    'follow --all --udp',
    'follow --stream 0 --udp --as raw -q',
  ];
  const argvOf = (command: string): readonly string[] => [...command.split(' '), '-r', many];

  test.each(commands)('%s: a reader that goes away ends it quietly', async (command) => {
    const run = startNetwatch(argvOf(command));
    await once(run.child.stdout!, 'data');
    run.child.stdout!.destroy();
    expect(await run.ended).toMatchObject({ status: 0, stderr: '' });
  });

  test.skipIf(!fs.existsSync('/dev/full'))('a full disk is 74', () => {
    for (const command of commands) {
      const full = fs.openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [BIN, ...argvOf(command)], {
        stdio: ['ignore', full, 'pipe'],
      });
      fs.closeSync(full);
      expect([status, stderr.toString()]).toEqual([
        74,
        expect.stringMatching(/^netwatch: cannot write the output: .*\n$/),
      ]);
    }
  });

  test('a file that may not grow is 74, and is taken back', () => {
    for (const [name, command] of [
      ['out.pcap', 'capture'],
      ['out.csv', 'export packets'],
      ['out.raw', 'follow --stream 0 --udp'],
    ]) {
      const file = path.join(folder, name!);
      // in blocks of 512 or 1024 bytes; the file would have a megabyte at least
      const script = `ulimit -f 200; exec ${process.execPath} ${BIN} ${command} -r ${many} -w ${file} -q`;
      const { status, stderr } = spawnSync('sh', ['-c', script]);
      expect([status, stderr.toString()]).toEqual([74, `netwatch: ${file} cannot be written: file too large\n`]);
      expect(fs.existsSync(file)).toBe(false);
    }
  });

  test.skipIf(process.getuid?.() !== 0)(
    'a file that may not be read is 77, a folder that may not be written 73',
    async () => {
      fs.chmodSync(folder, 0o755);
      fs.chmodSync(many, 0o600);
      const as = { uid: 65_534 };
      expect(await startNetwatch(['stats', '-r', many], as).ended).toMatchObject({
        status: 77,
        stdout: '',
        stderr: `netwatch: ${many} cannot be read: permission denied\nnetwatch: run it with sudo\n`,
      });
      fs.chmodSync(many, 0o644);
      const { status, stderr } = await startNetwatch(['capture', '-r', many, '-w', path.join(folder, 'theirs')], as)
        .ended;
      expect([status, stderr]).toEqual([73, expect.stringContaining('cannot be created: permission denied')]);
    },
  );
});
