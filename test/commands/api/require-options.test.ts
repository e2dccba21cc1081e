import { describe, expect, test } from 'vitest';
import { packetRequest, requirePacketOptions } from '../../../src/commands/api/packet-options.ts';
import {
  type OptionKind,
  refuseWithRead,
  requireOptions,
  requireValue,
  show,
} from '../../../src/commands/api/require-options.ts';
import { PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';

const LONGEST = 2 ** 31 - 1;
const call = (): void => {};

test.each<[kind: OptionKind, right: unknown[], wrong: unknown[], words: string]>([
  ['text', ['x'], ['', 'a\0b', 5, null], 'a text that is not empty'],
  ['texts', [[], ['a', '']], ['a', [5], [undefined], new Array(1), null], 'an array of texts'],
  ['expression', ['', 'x'], [5, null], 'a text'],
  ['flag', [true, false], [0, 'true', null], 'true or false'],
  [
    'millis',
    [0.1, Number.MIN_VALUE, LONGEST],
    [0, -1, LONGEST + 1, Number.NaN, '5', null],
    `a number of milliseconds above 0, and at most ${LONGEST}`,
  ],
  ['count', [1, Number.MAX_SAFE_INTEGER], [0, 1.5, Number.MAX_SAFE_INTEGER + 1, '1', null], 'a whole number above 0'],
  [
    'number',
    [0, Number.MAX_SAFE_INTEGER],
    [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, '0', null],
    'a whole number, 0 or more',
  ],
  ['snaplen', [14, 262_144], [13, 262_145, 14.5, '14', null], 'a whole number from 14 to 262144'],
  ['choice', ['', 'x', call], [5, null, {}], 'a text or a function'],
  ['call', [call], ['x', null, {}], 'a function'],
  ['signal', [new AbortController().signal], [{}, null], 'an AbortSignal'],
])('a value that is %s', (kind, right, wrong, words) => {
  for (const value of right) requireValue('x', value, kind);
  for (const value of wrong)
    expect(() => requireValue('x', value, kind)).toThrow(
      expect.objectContaining({ exit: 64, message: `x is ${show(value)}, not ${words}` }),
    );
});

test('a value that is not one of several is refused, and they are listed', () => {
  requireValue('x', 'b', ['a', 'b']);
  expect(() => requireValue('x', 'c', ['a', 'b'])).toThrow('x is "c", not one of a, b');
});

describe('options', () => {
  const kinds = { count: 'count', name: 'text' } as const;
  test('that exist, that are undefined, and those of every function', () => {
    requireOptions({}, kinds);
    requireOptions({ count: 1, name: undefined, onNotice: call, onLimit: call, onGap: call, signal: undefined }, kinds);
  });
  test.each([
    [{ cuont: 1 }, 'unknown option "cuont"', 'did you mean count?'],
    [{ zzz: undefined }, 'unknown option "zzz"', 'one of count, name'],
    [{ toString: 1 }, 'unknown option "toString"', 'one of count, name'],
    [{ count: 0 }, 'option "count" is 0, not a whole number above 0', null],
    [{ onNotice: 'x' }, 'option "onNotice" is "x", not a function', null],
    [{ onLimit: 'x' }, 'option "onLimit" is "x", not a function', null],
    [{ onGap: 'x' }, 'option "onGap" is "x", not a function', null],
    [{ signal: {} }, 'option "signal" is an object, not an AbortSignal', null],
  ])('%j is refused', (given, message, hint) => {
    expect(() => requireOptions(given, kinds)).toThrow(expect.objectContaining({ exit: 64, message, hint }));
  });
});

test('options about a machine are refused with a file, and only where they say something', () => {
  const message = 'option "b" is about a live machine, not about a file that is read';
  expect(() => refuseWithRead({ read: 'f', b: 5 }, ['a', 'b'])).toThrow(message);
  refuseWithRead({ read: 'f', a: undefined, b: false, c: 5 }, ['a', 'b']);
  refuseWithRead({ read: undefined, b: 5 }, ['a', 'b']);
});

test.each([
  ['a"b', '"a\\"b"'],
  [call, 'a function'],
  [{}, 'an object'],
  [null, 'null'],
  [undefined, 'undefined'],
  [5n, '5'],
  [[1, 'a', [2], {}, null], '[1, "a", an array, an object, null]'],
  [[1, 2, 3, 4, 5, 6], '[1, 2, 3, 4, 5, …]'],
  [new Array(2), '[undefined, undefined]'],
])('%s is shown', (value, shown) => {
  expect(show(value)).toBe(shown);
});

describe('packets', () => {
  test('of a file', () => {
    expect(packetRequest({ read: 'f' })).toEqual({
      from: 'file',
      file: 'f',
      interface: null,
      sandbox: 'off',
      keylog: null,
    });
    expect(packetRequest({ read: 'f', interface: 'a,b' })).toMatchObject({ interface: 'a,b' });
  });
  test('of the machine', () => {
    expect(packetRequest({})).toEqual({ ...PLAIN_CAPTURE, from: 'machine', keylog: null });
    const all = { interface: 'a,b', bpf: 'tcp', duration: 5, snaplen: 14, promiscuous: false, engine: 'pcap' } as const;
    requirePacketOptions(all, {});
    expect(packetRequest(all)).toEqual({
      ...PLAIN_CAPTURE,
      from: 'machine',
      keylog: null,
      devices: ['a', 'b'],
      bpf: 'tcp',
      durationMs: 5,
      snapLength: 14,
      promiscuous: false,
      engine: 'pcap',
    });
  });
  test.each([{ bpf: 'tcp' }, { duration: 5 }, { snaplen: 14 }, { promiscuous: true }, { engine: 'pcap' as const }])(
    '%j is about a live machine',
    (given) => {
      const [name] = Object.keys(given);
      expect(() => requirePacketOptions({ read: 'f', ...given }, {})).toThrow(
        `option "${name}" is about a live machine`,
      );
    },
  );
  test.each([
    [{ read: '' }, 'option "read" is "", not a text that is not empty'],
    [{ interface: 5 }, 'option "interface" is 5, not a text that is not empty'],
    [{ bpf: 5 }, 'option "bpf" is 5, not a text that is not empty'],
    [{ engine: 'x' }, 'option "engine" is "x", not one of '],
    [{ promiscuous: 1 }, 'option "promiscuous" is 1, not true or false'],
    [{ own: 1 }, 'option "own" is 1, not true or false'],
  ])('%j is refused', (given, message) => {
    expect(() => requirePacketOptions(given as never, { own: 'flag' })).toThrow(message);
  });
});
