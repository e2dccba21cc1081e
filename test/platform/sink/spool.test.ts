import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openSpool, type Spool } from '../../../src/platform/sink/spool.ts';
import { makeSpoolFolder } from '../../../src/platform/sink/spool-folder.ts';

let folder: string;
let said: string[];
const open: Spool[] = [];

beforeEach(() => {
  folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'spool-')), 'of-netwatch');
  makeSpoolFolder(folder, null, false);
  said = [];
});
afterEach(() => {
  for (const spool of open.splice(0)) spool.close();
  fs.rmSync(path.dirname(folder), { recursive: true, force: true });
});

async function spoolOf(mostBytes = 1024 * 1024): Promise<Spool> {
  const spool = await openSpool({
    folder,
    mostBytes,
    gapOf: (dropped, reason) => Buffer.from(`gap ${dropped}: ${reason}`),
    say: (line) => said.push(line),
    clock: realClock,
  });
  open.push(spool);
  return spool;
}

const close = (spool: Spool): void => {
  open.splice(open.indexOf(spool), 1);
  spool.close();
};
/** As a process that is killed: nothing is written any more. */
const abandon = (spool: Spool): void => close(spool);
const add = (spool: Spool, ...texts: readonly string[]): void =>
  texts.forEach((text) => void spool.append(Buffer.from(text)));
const segments = (): string[] => fs.readdirSync(folder).filter((file) => file.endsWith('.seg'));

/** Takes everything, batch by batch. */
function drain(spool: Spool, most = 100): { id: string; text: string }[] {
  const got: { id: string; text: string }[] = [];
  for (let batch = spool.first(most); batch.messages.length > 0; batch = spool.first(most)) {
    got.push(...batch.messages.map(({ id, bytes }) => ({ id, text: Buffer.from(bytes).toString() })));
    spool.settle(batch);
  }
  return got;
}
const textsOf = (spool: Spool, most = 100): string[] => drain(spool, most).map(({ text }) => text);
const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `record ${from + i} ${'x'.repeat(200)}`);

describe('a spool', () => {
  test('gives back in order what was added, also over many segments and after others were opened', async () => {
    const spool = await spoolOf();
    const texts = numbered(3000);
    add(spool, ...texts);
    expect(spool.count()).toBe(3000);
    expect(segments().length).toBeGreaterThan(4);
    expect(textsOf(spool, 7)).toEqual(texts);
    expect(spool.count()).toBe(0);
    expect(segments()).toHaveLength(1);
    add(spool, 'more');
    expect(textsOf(spool)).toEqual(['more']);
  });

  test('keeps what was not settled, and nothing else, for the next one; ids stay and never repeat', async () => {
    const one = await spoolOf();
    add(one, 'a', 'b', 'c');
    const batch = one.first(2);
    one.settle(batch);
    const [c] = one.first(2).messages;
    close(one);
    const two = await spoolOf();
    add(two, 'd');
    const got = drain(two);
    expect(got.map(({ text }) => text)).toEqual(['c', 'd']);
    expect(got[0]!.id).toBe(c!.id);
    close(two);
    const three = await spoolOf();
    add(three, 'e');
    const ids = [...batch.messages, ...got, ...drain(three)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
  });

  test('sends again from its beginning what it does not know to have been sent', async () => {
    const one = await spoolOf();
    add(one, 'a', 'b');
    drain(one);
    close(one);
    fs.writeFileSync(path.join(folder, 'sent'), 'damaged here');
    expect(textsOf(await spoolOf())).toEqual(['a', 'b']);
  });

  test('belongs to one process, and to its owner alone', async () => {
    await spoolOf();
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of fs.readdirSync(folder)) expect(fs.statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    const impatient = { ...realClock, sleep: async () => {} };
    await expect(
      openSpool({ folder, mostBytes: 1e6, gapOf: () => Buffer.of(), say: () => {}, clock: impatient }),
    ).rejects.toMatchObject({ exit: 75 });
  });

  test.each([
    ['others may write to it', () => fs.chmodSync(folder, 0o722), /others may write to it/],
    [
      'it is a link',
      () => {
        fs.renameSync(folder, `${folder}.real`);
        fs.symlinkSync(`${folder}.real`, folder);
      },
      /cannot be used: (it is a link|not a directory)/,
    ],
    [
      'it is a file',
      () => {
        fs.rmdirSync(folder);
        fs.writeFileSync(folder, '');
      },
      /cannot be used/,
    ],
  ])('is refused where %s', async (_, spoil, message) => {
    spoil();
    await expect(spoolOf()).rejects.toMatchObject({ exit: 73, message: expect.stringMatching(message) });
  });

  test('does not follow a link in place of a segment', async () => {
    const other = path.join(path.dirname(folder), 'other');
    fs.writeFileSync(other, 'precious');
    fs.symlinkSync(other, path.join(folder, '0000000000000001.seg'));
    await expect(spoolOf()).rejects.toMatchObject({ exit: 73, message: expect.stringContaining(folder) });
    expect(fs.readFileSync(other, 'utf8')).toBe('precious');
  });

  test('is refused where a folder is in place of a segment, or of what tells how far it was sent', async () => {
    fs.mkdirSync(path.join(folder, '0000000000000001.seg'));
    await expect(spoolOf()).rejects.toMatchObject({ exit: 73 });
    fs.rmdirSync(path.join(folder, '0000000000000001.seg'));
    fs.rmSync(path.join(folder, 'sent'));
    fs.mkdirSync(path.join(folder, 'sent'));
    await expect(spoolOf()).rejects.toMatchObject({ exit: 73 });
  });

  test('of a later version is refused, and left as it is', async () => {
    const one = await spoolOf();
    add(one, 'a', 'b');
    close(one);
    const file = path.join(folder, segments()[0]!);
    const bytes = fs.readFileSync(file);
    bytes.write('2', 7, 'latin1');
    fs.writeFileSync(file, bytes);
    await expect(spoolOf()).rejects.toMatchObject({
      exit: 73,
      message: `the spool ${folder} cannot be used: a later version of netwatch wrote it`,
      hint: '--spool DIR names another folder',
    });
    expect(fs.readFileSync(file)).toEqual(bytes);
  });
});

describe('a full spool', () => {
  test('drops the oldest, counts them, and says so where they are missing', async () => {
    const spool = await spoolOf(512 * 1024);
    const texts = numbered(5000);
    add(spool, ...texts);
    const size = segments().reduce((sum, file) => sum + fs.statSync(path.join(folder, file)).size, 0);
    expect(size).toBeLessThanOrEqual(512 * 1024);
    const [gap, ...rest] = textsOf(spool, 33);
    expect(gap).toBe(`gap ${spool.dropped()}: the spool was full, and the oldest made room`);
    expect(rest).toEqual(texts.slice(-rest.length));
    expect(rest.length + spool.dropped()).toBe(5000);
  });

  test('tells of them after a restart too', async () => {
    const one = await spoolOf(512 * 1024);
    add(one, ...numbered(5000));
    const dropped = one.dropped();
    close(one);
    const got = textsOf(await spoolOf(512 * 1024));
    expect(got[0]).toMatch(new RegExp(`^gap ${dropped}: `));
    expect(got).toHaveLength(5000 - dropped + 1);
  });

  test('which drops what is on its way counts it only when it did not arrive', async () => {
    const spool = await spoolOf(512 * 1024);
    add(spool, ...numbered(100));
    const batch = spool.first(100);
    add(spool, ...numbered(5000, 100));
    spool.settle(batch);
    const [gap] = textsOf(spool);
    expect(gap).toMatch(/^gap \d+: /);
    expect(Number(/\d+/.exec(gap!)![0])).toBe(spool.dropped() - 100);
  });
});

describe('after a kill', () => {
  test('at every byte of a record that was being written: it is dropped and told, and all others are there', async () => {
    const first = await spoolOf();
    add(first, 'a', 'b');
    const file = path.join(folder, segments()[0]!);
    const before = fs.statSync(file).size;
    add(first, 'c');
    abandon(first);
    const whole = fs.readFileSync(file);
    for (let length = before + 1; length < whole.length; length++) {
      fs.rmSync(path.join(folder, 'sent'));
      fs.writeFileSync(file, whole.subarray(0, length));
      said = [];
      const spool = await spoolOf();
      add(spool, 'd');
      expect(textsOf(spool), `cut at ${length}`).toEqual([
        'a',
        'b',
        'gap 1: a record in the spool was cut short: netwatch was killed while it wrote it',
        'd',
      ]);
      expect(said).toEqual([`${file}: a record cut short at ${before} of ${length} bytes is dropped`]);
      close(spool);
      fs.rmSync(file);
    }
  });

  test('at every byte of the head of a new segment: what was there before is there', async () => {
    const one = await spoolOf();
    add(one, ...numbered(10));
    close(one);
    for (let length = 0; length < 28; length++) {
      fs.writeFileSync(path.join(folder, '0000000000000011.seg'), Buffer.alloc(length));
      const spool = await spoolOf();
      expect(spool.count()).toBe(10);
      close(spool);
    }
    expect(said).toEqual([]);
  });
});

test('what was dropped does not wait: neither the oldest that made room, nor what could not be written', async () => {
  const spool = await spoolOf(64 * 1024);
  add(spool, ...numbered(1000), 'y'.repeat(2 ** 24));
  const waits = spool.count();
  expect(waits + spool.dropped()).toBe(1001);
  add(spool, 'last');
  expect(spool.count()).toBe(waits + 1);
  expect(textsOf(spool).filter((text) => !text.startsWith('gap'))).toHaveLength(waits + 1);
  expect(spool.count()).toBe(0);
});

describe('a damaged spool', () => {
  test.each([
    ['in the middle of the last segment', 1],
    ['in a segment before it', 0],
  ])('%s: the rest of the segment is lost and told, what comes after is there', async (_, which) => {
    const one = await spoolOf(512 * 1024);
    add(one, ...numbered(400));
    close(one);
    const names = segments();
    expect(names).toHaveLength(2);
    const file = path.join(folder, names[which]!);
    const bytes = fs.readFileSync(file);
    bytes[5000]! ^= 1;
    fs.writeFileSync(file, bytes);
    const spool = await spoolOf(512 * 1024);
    add(spool, 'after');
    const got = textsOf(spool);
    expect(got.at(-1)).toBe('after');
    expect(got.filter((text) => text.startsWith('gap null: '))).toHaveLength(1);
    expect(new Set(got).size).toBe(got.length);
    expect(got.length).toBeGreaterThan(100);
  });

  test('a segment that is none is told and left out', async () => {
    fs.writeFileSync(path.join(folder, '0000000000000001.seg'), 'nothing of the kind, and longer than a head is');
    const spool = await spoolOf();
    add(spool, 'a');
    expect(textsOf(spool)).toEqual(['a']);
    expect(said).toEqual([expect.stringMatching(/is damaged: what waited in it is lost$/)]);
  });
});
