import fs from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { FILE_RIGHTS, type FileRule, landlockVersion, restrictFiles } from '../../../src/platform/linux/landlock.ts';
import type { Libc } from '../../../src/platform/linux/libc.ts';
import { openMemory, replaceLibc } from './fake-libc.ts';

/** Every call of Landlock, with what its buffers hold. */
let calls: string[];
/** What each number of a call answers; 0 for none that is here. */
let answers: Record<number, number>;
/** What was to be done on every thread. */
let threads: unknown[][];

const [CREATE, ADD, RESTRICT] = [444, 445, 446];
const restrict = (version: number, rules: readonly FileRule[]): void =>
  restrictFiles(version, rules, (...of) => void threads.push(of));

beforeEach(() => {
  if (process.platform !== 'linux') return;
  const memory = openMemory();
  calls = [];
  answers = { [CREATE]: 55 };
  threads = [];
  const syscall: Libc['syscall'] = (number, a, b, c, d) => {
    const hex = (address: bigint): string => memory.at(address).toString('hex');
    if (number === CREATE) calls.push(`create ${a === 0n ? a : hex(a)} ${b} ${c} ${d}`);
    else if (number === ADD) {
      const rule = memory.at(c);
      const file = fs.readlinkSync(`/proc/self/fd/${rule.readInt32LE(8)}`);
      calls.push(`add ${a} ${b} ${rule.length} ${file} ${rule.readBigUInt64LE(0).toString(2)} ${d}`);
    } else throw new Error(`call ${number}`);
    return answers[number] ?? 0;
  };
  replaceLibc({ address: memory.address, syscall, errno: () => 12, close: (fd) => calls.push(`close ${fd}`) && 0 });
});

describe.skipIf(process.platform !== 'linux')('Landlock', () => {
  test.each([
    [6, 6],
    [0, 0],
    [-1, 0],
  ])('answers %i for version %i', (answer, version) => {
    answers[CREATE] = answer;
    expect(landlockVersion()).toBe(version);
    expect(calls).toEqual(['create 0 0 1 0']);
  });

  const [NETWORK, SCOPES] = ['0300000000000000', '0300000000000000'];
  test.each([
    [0, '0000', 8],
    [1, 'ff1f', 8],
    [2, 'ff3f', 8],
    [3, 'ff7f', 8],
    [4, 'ff7f', 16],
    [5, 'ffff', 16],
    [6, 'ffff', 24],
    [7, 'ffff', 24],
  ])('of version %i takes what it knows', (version, rights, size) => {
    restrict(version, []);
    expect(calls).toEqual([`create ${rights}000000000000${NETWORK}${SCOPES} ${size} 0 0`, 'close 55']);
    expect(threads).toEqual([['landlock_restrict_self', RESTRICT, [55n]]]);
  });

  test('leaves to a folder what a rule says, to a file what files have, and no file open', () => {
    const { read, write } = FILE_RIGHTS;
    const file = import.meta.filename;
    const held = fs.readdirSync('/proc/self/fd').length;
    restrict(1, [
      { file: '/', rights: read | write },
      { file, rights: read | write },
    ]);
    // to cut a file came with version 3
    expect(calls.slice(1)).toEqual(['add 55 1 12 / 100101110 0', `add 55 1 12 ${file} 110 0`, 'close 55']);
    restrict(3, [{ file, rights: 0xffffn }]);
    expect(calls.slice(-2)).toEqual([`add 55 1 12 ${file} 100000000000111 0`, 'close 55']);
    expect(fs.readdirSync('/proc/self/fd')).toHaveLength(held);
  });

  test('throws what the system says, and closes what it opened', () => {
    answers[ADD] = -1;
    expect(() => restrict(1, [{ file: '/', rights: 4n }])).toThrow('landlock_add_rule: errno 12');
    expect(calls.at(-1)).toBe('close 55');
    expect(() => restrict(1, [{ file: '/no/such', rights: 4n }])).toThrow('ENOENT');
    answers[CREATE] = -1;
    calls.splice(0);
    expect(() => restrict(1, [])).toThrow('landlock_create_ruleset: errno 12');
    expect(calls).toHaveLength(1);
    expect(threads).toEqual([]);
  });
});
