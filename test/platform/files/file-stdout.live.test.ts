import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openSink, type TextStream } from '../../../src/core/output/sink.ts';
import { FileStream } from '../../../src/platform/files/file-stdout.ts';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { BIN } from '../../support/program.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-stdout-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

test('a file gets all that is written, in its order', async () => {
  const fd = fs.openSync(at('all'), 'w');
  const sink = openSink(new FileStream(fd));
  await sink.write('grün\n');
  await sink.write('plain\n');
  await sink.writeBytes(Uint8Array.of(0xff, 0x0a));
  await sink.write('x'.repeat(200_000));
  await sink.flush();
  fs.closeSync(fd);
  expect(fs.readFileSync(at('all'), 'latin1')).toBe(
    `${Buffer.from('grün').toString('latin1')}\nplain\n\xff\n${'x'.repeat(200_000)}`,
  );
});

test('one that cannot be written is told of at once, to each who writes', async () => {
  fs.writeFileSync(at('closed'), '');
  const fd = fs.openSync(at('closed'), 'r');
  const sink = openSink(new FileStream(fd));
  sink.write('x\n');
  await expect(sink.flush()).rejects.toMatchObject({ exit: 74, message: expect.stringMatching(/: 0 whole lines$/) });
  await expect(sink.flush()).rejects.toMatchObject({ exit: 74 });
  expect(() => sink.write('x'.repeat(100_000))).toThrow('cannot write the output');
  fs.closeSync(fd);
});

test('a stream that does not know what was written says nothing of it', async () => {
  const listeners: ((error: Error) => void)[] = [];
  const stream: TextStream = {
    write(_bytes, done) {
      for (const listener of listeners) listener(new Error('broken'));
      done?.();
      return true;
    },
    once() {},
    off() {},
    on: (_event, listener) => listeners.push(listener),
  };
  const sink = openSink(stream);
  sink.write('x');
  await expect(sink.flush()).rejects.toThrow(/^cannot write the output: broken$/);
});

describe('stdout on a full disk', () => {
  const many = at('many.pcap');
  const frame = udpFrame({ srcPort: 1, dstPort: 9 }, [...Buffer.from('x'.repeat(100))]);
  fs.writeFileSync(many, pcap(Array.from({ length: 500 }, () => ({ bytes: frame }))));

  // what stands in the file before is nobody's business
  test.each([
    ['capture', '--json'],
    ['capture', '--tsv'],
    ['capture', '--json', '--limit', '30'], // one write, of which a part goes
    ['capture', '-V'],
  ])('lines: %s %s %s %s', (...command) => {
    const { status, said, written } = netwatchInto('lines', command.filter(Boolean));
    const [, lines, torn] = /what was written: (\d+) whole lines?( and the beginning of another)?$/m.exec(said)!;
    expect([status, Number(lines)]).toEqual([74, written.split('\n').length - 1]);
    expect(torn !== undefined).toBe(!written.endsWith('\n'));
  });

  test.each([
    ['capture', '-w', '-'],
    ['export', 'packets', '-w', '-'],
  ])('bytes: %s %s %s %s', (...command) => {
    const { status, said, written } = netwatchInto('bytes', command.filter(Boolean));
    const [, bytes, kept, lost] = /: (\d+) bytes; at least (\d+) packets? kept, at most (\d+) lost$/m.exec(said)!;
    expect([status, Number(bytes)]).toEqual([74, written.length]);
    const whole = Math.floor((written.length - 24) / (16 + frame.length));
    expect(whole).toBeGreaterThanOrEqual(Number(kept));
    expect(500 - whole).toBeLessThanOrEqual(Number(lost) + (500 - Number(kept) - Number(lost)));
  });

  function netwatchInto(name: string, command: readonly string[]) {
    const file = at(name);
    fs.writeFileSync(file, 'before');
    // in blocks of 512 or 1024 bytes
    const line = `ulimit -f 8; exec "$@" >> '${file}'`;
    const argv = [process.execPath, BIN, ...command, '-r', many];
    const env = { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' };
    const { status, stderr } = spawnSync('sh', ['-c', line, 'sh', ...argv], { env, encoding: 'utf8' });
    return { status, said: stderr, written: fs.readFileSync(file, 'latin1').slice('before'.length) };
  }
});
