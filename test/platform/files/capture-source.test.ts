import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/core/capture/byte-source.ts';
import { canReadAgain, openCaptureSource } from '../../../src/platform/files/capture-source.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-source-'));
const writers: ChildProcess[] = [];
afterAll(() => {
  for (const writer of writers) writer.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);
const never = new AbortController().signal;
/** What no packer makes smaller, over several chunks of a stream. */
const BYTES = Buffer.alloc(200_000, Buffer.from(Array.from({ length: 251 }, (_, index) => (index * 181 + 7) & 255)));

/** Equality of long buffers, which toEqual takes its time for. */
const expectBytes = (actual: Buffer, expected: Buffer): void => expect(actual.compare(expected)).toBe(0);

function saved(name: string, bytes: Uint8Array): string {
  fs.writeFileSync(at(name), bytes);
  return at(name);
}

async function readAll(source: ByteSource, piece = 10_000): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const into = Buffer.alloc(piece + 2);
    const length = await source.read(into, 1, piece);
    // nothing is written outside of what was asked for
    expectBytes(Buffer.concat([into.subarray(0, 1), into.subarray(1 + length)]), Buffer.alloc(piece + 2 - length));
    if (length === 0) return Buffer.concat(parts);
    parts.push(into.subarray(1, 1 + length));
  }
}

async function contentOf(file: string): Promise<Buffer> {
  const source = await openCaptureSource(file, realClock, never);
  try {
    return await readAll(source);
  } finally {
    await source.close();
  }
}

/** A pipe with a name, and the shell that writes what `script` prints into it. */
function pipeOf(name: string, script: string): string {
  execFileSync('mkfifo', [at(name)]);
  writers.push(spawn('sh', ['-c', `exec > ${at(name)}; ${script}`], { stdio: 'ignore' }));
  return at(name);
}

describe('holds what is in', () => {
  const zstd = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Buffer }).zstdCompressSync;
  if (zstd === undefined) console.warn(`skipped: node ${process.versions.node} has no zstd`);

  test('a file, of any length', async () => {
    for (const length of [0, 1, 3, 4, 200_000]) {
      const bytes = BYTES.subarray(0, length);
      expectBytes(await contentOf(saved('plain', bytes)), bytes);
    }
  });

  test('gzip, of one member and of several', async () => {
    expectBytes(await contentOf(saved('x.gz', zlib.gzipSync(BYTES))), BYTES);
    const two = Buffer.concat([zlib.gzipSync(BYTES.subarray(0, 70_000)), zlib.gzipSync(BYTES.subarray(70_000))]);
    expectBytes(await contentOf(saved('two.gz', two)), BYTES);
    expect(await contentOf(saved('none.gz', zlib.gzipSync('')))).toHaveLength(0);
  });

  test('gzip that was cut short: what can be unpacked', async () => {
    const packed = zlib.gzipSync(BYTES, { level: 0 });
    for (const length of [5, 10, 1000, 150_000, packed.length - 1]) {
      const content = await contentOf(saved('cut.gz', packed.subarray(0, length)));
      expectBytes(content, BYTES.subarray(0, content.length));
      expect(content.length).toBeGreaterThanOrEqual(Math.min(BYTES.length, length - 100));
    }
  });

  test('gzip that was cut short says so, wherever it was cut', async () => {
    const packed = zlib.gzipSync(BYTES);
    const isCut = async (bytes: Uint8Array): Promise<boolean | undefined> => {
      const source = await openCaptureSource(saved('said.gz', bytes), realClock, never);
      await readAll(source);
      await source.close();
      return source.isCutShort?.();
    };
    expect(await isCut(packed)).toBe(false);
    for (const missing of [1, 8, 9, 100])
      expect([missing, await isCut(packed.subarray(0, -missing))]).toEqual([missing, true]);
  });

  test.skipIf(zstd === undefined)('zstd', async () => {
    expectBytes(await contentOf(saved('x.zst', zstd!(BYTES))), BYTES);
  });

  test('a pipe with a name, whose writer comes late and writes in pieces', async () => {
    const file = pipeOf('late', 'sleep 0.1; printf abc; sleep 0.1; printf defg');
    expect((await contentOf(file)).toString()).toBe('abcdefg');
  });

  test('a packed pipe, as soon as it comes', async () => {
    const packed = zlib.gzipSync('first', { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    saved('packed', packed);
    const source = await openCaptureSource(pipeOf('slow', `cat ${at('packed')}; exec sleep 60`), realClock, never);
    const into = new Uint8Array(100);
    expect(Buffer.from(into.subarray(0, await source.read(into, 0, 100))).toString()).toBe('first');
    await source.close();
  });

  test('a device', async () => {
    expect(await contentOf('/dev/null')).toHaveLength(0);
  });
});

describe('ends when it is interrupted', () => {
  test.each([
    ['with no writer', 'no-writer', null],
    ['with a writer that writes nothing', 'silent', 'exec sleep 60'],
  ])('a pipe %s', async (_what, name, script) => {
    if (script === null) execFileSync('mkfifo', [at(name)]);
    const abort = new AbortController();
    const source = await openCaptureSource(script === null ? at(name) : pipeOf(name, script), realClock, abort.signal);
    setTimeout(() => abort.abort(), 50);
    expect(await readAll(source)).toHaveLength(0);
    await source.close();
  });

  test('also when that was before it was opened', async () => {
    const file = pipeOf('too-late', 'exec sleep 60');
    const source = await openCaptureSource(file, realClock, AbortSignal.abort());
    expect(await readAll(source)).toHaveLength(0);
    await source.close();
  });
});

describe('cannot be opened or read', () => {
  const failureOf = (file: string): Promise<unknown> =>
    contentOf(file).then(
      () => 'no failure',
      (error) => error,
    );

  test('what is not there, and a folder', async () => {
    expect(await failureOf(at('nothing'))).toMatchObject({ exit: 66, message: `no such file: ${at('nothing')}` });
    expect(await failureOf(folder)).toMatchObject({ exit: 65, message: `${folder} is a folder` });
    expect(await failureOf(path.join(saved('file', BYTES), 'x'))).toMatchObject({
      exit: 74,
      message: expect.stringMatching(/cannot be read: not a directory$/),
    });
  });

  test.skipIf(process.getuid?.() === 0)('what may not be read', async () => {
    fs.chmodSync(saved('secret', BYTES), 0);
    expect(await failureOf(at('secret'))).toMatchObject({
      exit: 77,
      message: `${at('secret')} cannot be read: permission denied`,
    });
  });

  test('damaged gzip', async () => {
    const packed = zlib.gzipSync(BYTES);
    packed.fill(0xff, 300, 310);
    const file = saved('damaged.gz', packed);
    expect(await failureOf(file)).toMatchObject({
      exit: 65,
      message: expect.stringContaining(`${file} cannot be decompressed: `),
    });
  });

  test('zstd, by a runtime without it; damaged zstd by another', async () => {
    const file = saved('bad.zst', Buffer.from(`28b52ffd${'ff'.repeat(100)}`, 'hex'));
    expect(await failureOf(file)).toMatchObject({ exit: 65, message: expect.stringContaining(file) });
  });
});

test('only a file can be read again', async () => {
  execFileSync('mkfifo', [at('once')]);
  expect(await canReadAgain(saved('again', BYTES))).toBe(true);
  for (const file of ['-', at('once'), folder, '/dev/null', at('nothing')])
    expect(await canReadAgain(file)).toBe(false);
});
