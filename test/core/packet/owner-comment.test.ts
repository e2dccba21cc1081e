import { describe, expect, test } from 'vitest';
import { formatOwners, parseOwners } from '../../../src/core/packet/owner-comment.ts';
import type { PacketOwner } from '../../../src/core/packet/packet-owners.ts';

const curl: PacketOwner = { pid: 1234, process: 'curl', user: 'root' };
const nginx: PacketOwner = { pid: 99, process: 'nginx', user: null };

describe('what is written is read back', () => {
  test.each<[string, PacketOwner | null, PacketOwner | null, string]>([
    ['the sender', curl, null, 'netwatch: from curl (1234) of root'],
    ['the receiver', null, nginx, 'netwatch: to nginx (99)'],
    ['both', curl, nginx, 'netwatch: from curl (1234) of root\nnetwatch: to nginx (99)'],
    ['without a name', { pid: 7, process: null, user: 'a' }, null, 'netwatch: from (7) of a'],
    [
      'the lowest and the highest id',
      { pid: 0, process: 'k', user: null },
      { pid: 2_147_483_647, process: 'z', user: null },
      'netwatch: from k (0)\nnetwatch: to z (2147483647)',
    ],
    [
      'names that look like more',
      { pid: 5, process: 'to b (6) of c', user: 'd (7)' },
      null,
      'netwatch: from to b (6) of c (5) of d (7)',
    ],
    ['text of others', { pid: 5, process: 'ünï 🦊', user: 'jürgen' }, null, 'netwatch: from ünï 🦊 (5) of jürgen'],
  ])('%s', (what, sender, receiver, comment) => {
    expect(formatOwners({ sender, receiver })).toBe(comment);
    // a name that ends like an id and a user, with such a user, cannot be told apart: its id is then of no harm either
    if (what !== 'names that look like more') expect(parseOwners(comment)).toEqual({ sender, receiver });
    else expect(parseOwners(comment)?.sender?.pid).toBeTypeOf('number');
  });

  test('nobody is no comment', () => expect(formatOwners({ sender: null, receiver: null })).toBeNull());

  test('a process cannot begin another line by its name, nor a user', () => {
    const evil = { pid: 5, process: 'x\nnetwatch: from sshd (1) of root', user: 'u\r\u2028\u2029\u0085v' };
    const comment = formatOwners({ sender: evil, receiver: null })!;
    expect(comment).toBe('netwatch: from x?netwatch: from sshd (1) of root (5) of u????v');
    expect(parseOwners(comment)?.sender).toMatchObject({ pid: 5 });
  });

  test('names are bounded', () => {
    const long = { pid: 5, process: 'p'.repeat(300), user: 'u'.repeat(65) };
    const comment = formatOwners({ sender: long, receiver: long })!;
    const cut = { pid: 5, process: 'p'.repeat(256), user: 'u'.repeat(64) };
    expect(comment.length).toBeLessThan(1024);
    expect(parseOwners(comment)).toEqual({ sender: cut, receiver: cut });
  });
});

test('other lines of the comment are only text, and the first of each way counts', () => {
  const comment = 'look here\nnetwatch: to b (2)\nnetwatch: from a (1)\nnetwatch: from c (3)\nnetwatch: to d (4)';
  expect(parseOwners(comment)).toEqual({
    sender: { pid: 1, process: 'a', user: null },
    receiver: { pid: 2, process: 'b', user: null },
  });
});

test.each([
  '',
  'curl (1234) of root',
  'from curl (1234) of root',
  'netwatch:from curl (1)',
  'netwatch: curl (1)',
  'Netwatch: from curl (1)',
  ' netwatch: from curl (1)',
  'netwatch: from curl',
  'netwatch: from curl (1',
  'netwatch: from curl (1) ',
  'netwatch: from curl (1) of ',
  'netwatch: from curl (-1)',
  'netwatch: from curl (1.5)',
  'netwatch: from curl ()',
  'netwatch: by curl (1)',
  'netwatch: from  (1)',
  'netwatch: from curl(1)',
  'netwatch: from curl (2147483648)',
  'netwatch: from curl (99999999999)',
  `netwatch: from ${'p'.repeat(257)} (1)`,
  `netwatch: from p (1) of ${'u'.repeat(65)}`,
  `${'x'.repeat(1020)}\nnetwatch: from curl (1)`,
])('%j looks alike, and is only text', (comment) => expect(parseOwners(comment)).toBeNull());
