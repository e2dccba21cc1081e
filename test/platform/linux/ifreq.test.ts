import { expect, test } from 'vitest';
import { blankRequest, nameInterface, openRequests, VALUE_AT } from '../../../src/platform/linux/ifreq.ts';
import { libc } from '../../../src/platform/linux/libc.ts';
import { replaceLibc } from './fake-libc.ts';

test('a request has a name of fifteen bytes at most, a zero, and nothing of the one before', () => {
  const request = blankRequest();
  expect([request, VALUE_AT]).toEqual([Buffer.alloc(40), 16]);
  request.fill(0xff);
  nameInterface(request, 'a-name-that-is-too-long');
  expect(request).toEqual(Buffer.concat([Buffer.from('a-name-that-is-\0'), Buffer.alloc(24)]));
  nameInterface(request, 'lo');
  expect(request).toEqual(Buffer.concat([Buffer.from('lo'), Buffer.alloc(38)]));
});

test.skipIf(process.platform !== 'linux')('requests go through a datagram socket', () => {
  const asked: number[][] = [];
  replaceLibc({ socket: (...of) => asked.push(of) && -1 });
  expect(openRequests(libc())).toBe(-1);
  expect(asked).toEqual([[2, 524_290, 0]]);
});
