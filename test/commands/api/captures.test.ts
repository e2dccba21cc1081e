import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conns, follow, openCapture, packets, stats } from '../../../src/commands/api/index.ts';

const CAPTURE = path.resolve('test/captures/loopback.pcap');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-api-captures-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

describe('count and a function that filters', () => {
  const numbersOf = async (count: number): Promise<number[]> => {
    const tried: number[] = [];
    const filter = ({ number }: { number: number }): boolean => {
      tried.push(number);
      return number > 2;
    };
    const rows = await packets({ read: CAPTURE, count, filter }).all();
    expect(tried.at(-1)).toBe(count + 2);
    return rows.map(({ number }) => number);
  };
  test('those that pass are counted, and no others are tried', async () => {
    expect(await numbersOf(1)).toEqual([3]);
    expect(await numbersOf(3)).toEqual([3, 4, 5]);
  });
});

describe('a capture is saved in place of a file that is there', () => {
  test.each(['a.pcap', 'b.pcap'])('while a.pcap is read: %s', async (name) => {
    fs.copyFileSync(CAPTURE, at('a.pcap'));
    fs.writeFileSync(at('b.pcap'), '');
    const capture = await openCapture({ read: at('a.pcap') });
    await expect(capture.save(at(name))).rejects.toMatchObject({ exit: 73 });
    await capture.save(at(name), { force: true });
    await capture.run();
    expect(fs.readFileSync(at(name)).equals(fs.readFileSync(CAPTURE))).toBe(true);
  });
});

test('stop ends the reading of a file', async () => {
  const capture = await openCapture({ read: CAPTURE });
  let seen = 0;
  capture.onPacket(() => seen++);
  capture.stop();
  await capture.run();
  expect(seen).toBe(0);
});

describe('what a callback throws', () => {
  test('rejects run, and the file is closed all the same', async () => {
    fs.copyFileSync(CAPTURE, at('a.pcap'));
    const names = (): string[] =>
      fs.readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [fs.readlinkSync(`/proc/self/fd/${fd}`)];
        } catch {
          return [];
        }
      });
    const capture = await openCapture({ read: at('a.pcap') });
    if (process.platform === 'linux') expect(names()).toContain(at('a.pcap'));
    capture.onPacket(() => {
      throw new RangeError('mine');
    });
    await expect(capture.run()).rejects.toThrow('mine');
    if (process.platform === 'linux') await expect.poll(names).not.toContain(at('a.pcap'));
  });
});

describe('when there is nothing, the reason is given', () => {
  const saidBy = async (ask: (onNotice: (line: string) => void) => Promise<unknown[]>): Promise<string[]> => {
    const said: string[] = [];
    expect(await ask((line) => void said.push(line))).toEqual([]);
    return said;
  };
  test('an empty file holds no connections', async () => {
    fs.writeFileSync(at('empty'), '');
    expect(await saidBy((onNotice) => conns({ read: at('empty'), onNotice }).all())).toEqual(['no conn records']);
  });
  test('none passes', async () => {
    const read = CAPTURE;
    const never = (): boolean => false;
    const rows = await conns({ read }).all();
    expect(await saidBy((onNotice) => conns({ read, filter: never, onNotice }).all())).toEqual([
      `none of ${rows.length} conn records passes the filter`,
    ]);
    expect(await saidBy((onNotice) => packets({ read, filter: never, onNotice }).all())).toEqual([
      'no packet passes the filter',
    ]);
    expect(await saidBy((onNotice) => packets({ read, filter: 'frame.number == 0', onNotice }).all())).toEqual([
      'no packet passes the filter',
    ]);
    expect(await saidBy((onNotice) => follow({ read, filter: never, onNotice }).all())).toEqual([
      'no stream passes the filter',
    ]);
  });
  test('who ends it, or leaves it, needs no reason', async () => {
    const signal = AbortSignal.abort();
    expect(await saidBy((onNotice) => stats('dns', { read: CAPTURE, signal, onNotice }).all())).toEqual([]);
    const said: string[] = [];
    for await (const _ of packets({ read: CAPTURE, onNotice: (line) => void said.push(line) })) break;
    expect(said).toEqual([`interrupted: ${CAPTURE} was not read to its end`]);
  });
});

describe('records of one capture, of each kind at once', () => {
  test('are those of the commands', async () => {
    const capture = await openCapture({ read: CAPTURE });
    const names = ['summary', 'protocols', 'conversations', 'endpoints', 'dns', 'http', 'tls', 'handshakes'] as const;
    const counted = names.map((name) => capture.stats(name));
    const sockets = capture.conns();
    const streams = capture.streams();
    await capture.run();
    for (const [index, name] of names.entries()) {
      const rows = [...counted[index]!.rows()];
      expect(rows.length, name).toBeGreaterThan(0);
      expect(rows, name).toEqual(await stats(name, { read: CAPTURE }).all());
    }
    expect([...sockets.rows()]).toEqual(await conns({ read: CAPTURE }).all());
    expect([...streams.rows()]).toEqual(await follow({ read: CAPTURE }).all());
  });
});
