import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openSpool, type Spool } from '../../../src/platform/sink/spool.ts';
import { makeSpoolFolder } from '../../../src/platform/sink/spool-folder.ts';
import { startNetwatch } from '../../support/program.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A folder that is a disk of its own. */
function smallDisk(size: string): string {
  const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', disk]);
  closing.push(() => {
    execFileSync('umount', [disk]);
    fs.rmdirSync(disk);
  });
  return disk;
}

const NO_SPACE = 'the spool could not be written: no space left on device';

describe.skipIf(process.getuid?.() !== 0)('a disk that is full', () => {
  const said: string[] = [];
  async function spoolOn(disk: string): Promise<Spool> {
    said.length = 0;
    const folder = path.join(disk, 'spool');
    makeSpoolFolder(folder, null, false);
    const spool = await openSpool({
      ...{ folder, mostBytes: 4 * 1024 * 1024, clock: realClock },
      gapOf: (dropped, reason) => Buffer.from(`gap ${dropped}: ${reason}`),
      say: (line) => said.push(line),
    });
    closing.push(() => spool.close());
    return spool;
  }
  const drain = (spool: Spool): string[] => {
    const got: string[] = [];
    for (let batch = spool.first(100); batch.messages.length > 0; batch = spool.first(100)) {
      got.push(...batch.messages.map(({ bytes }) => Buffer.from(bytes).toString().split(' x')[0]!));
      spool.settle(batch);
    }
    return got;
  };

  test('the newest are dropped, counted and told once; when there is room it goes on, and a gap stands for them', async () => {
    const spool = await spoolOn(smallDisk('1m'));
    const add = (from: number, to: number): void => {
      for (let i = from; i < to; i++) spool.append(Buffer.from(`record ${i} ${'x'.repeat(200)}`));
    };
    add(0, 10_000);
    const dropped = spool.dropped();
    expect(dropped).toBeGreaterThan(1000);
    expect(said).toEqual([`${NO_SPACE}; records are dropped`]);
    // what is sent leaves the disk
    const first = drain(spool);
    expect(first).toEqual(Array.from({ length: 10_000 - dropped }, (_, i) => `record ${i}`));
    add(10_000, 10_100);
    const [gap, ...rest] = drain(spool);
    expect(gap).toBe(`gap ${dropped}: ${NO_SPACE}`);
    expect(rest).toEqual(Array.from({ length: 100 }, (_, i) => `record ${10_000 + i}`));
    expect([spool.count(), spool.dropped()]).toEqual([0, dropped]);
    expect(said).toHaveLength(1);
  });

  test('where others fill it and make room again, none is lost that had room', async () => {
    const disk = smallDisk('1m');
    const spool = await spoolOn(disk);
    spool.append(Buffer.from('before'));
    const filling = path.join(disk, 'filling');
    expect(() => fs.writeFileSync(filling, Buffer.alloc(2 * 1024 * 1024))).toThrow(/ENOSPC/);
    for (let i = 0; i < 100; i++) spool.append(Buffer.from(`meanwhile ${i} ${'x'.repeat(200)}`));
    fs.rmSync(filling);
    spool.append(Buffer.from('after'));
    const got = drain(spool);
    expect([got[0], got.at(-1)]).toEqual(['before', 'after']);
    expect(got.at(-2)).toBe(`gap ${spool.dropped()}: ${NO_SPACE}`);
    expect(got.length - 3 + spool.dropped()).toBe(100);
  });

  test('netwatch says so when it cannot even begin', async () => {
    const disk = smallDisk('64k');
    const spool = path.join(disk, 'spool');
    fs.mkdirSync(spool, { mode: 0o700 });
    fs.chownSync(spool, 65_534, 65_534);
    expect(() => fs.writeFileSync(path.join(disk, 'filling'), Buffer.alloc(128 * 1024))).toThrow(/ENOSPC/);
    const { status, stderr } = await startNetwatch(['export', 'events', '--to', 'otlp://127.0.0.1:1', '--spool', spool])
      .ended;
    expect(stderr).toContain(`the spool ${spool} cannot be used: no space left on device`);
    expect(status).toBe(73);
  });
});
