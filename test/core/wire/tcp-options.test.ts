import { expect, test } from 'vitest';
import { writtenText } from '../../../src/core/net/byte-text.ts';
import { UNSCALED } from '../../../src/core/wire/tcp-direction.ts';
import { windowScaleOf, writeTcpOptions } from '../../../src/core/wire/tcp-options.ts';
import { hex } from '../../support/wire.ts';

const texts = (bytes: Uint8Array, base = 0): string =>
  writtenText((out) => writeTcpOptions(out, bytes, 0, bytes.length, base));
const scale = (bytes: Uint8Array): number => windowScaleOf(bytes, 0, bytes.length);

test.each([
  ['', [], UNSCALED],
  ['020405b4', ['MSS=1460'], UNSCALED],
  ['030307', ['WS=128'], 7],
  ['01 01 030300', ['WS=1'], 0],
  ['0303ff', ['WS=16384'], 14], // RFC 7323, 2.3
  ['0402', ['SACK_PERM'], UNSCALED],
  ['080a 00000002 ffffffff', ['TSval=2 TSecr=4294967295'], UNSCALED],
  ['0512 00000001 00000002 00000003 00000004', ['SLE=1 SRE=2 SLE=3 SRE=4'], UNSCALED],
  ['2202', ['TFO'], UNSCALED],
  ['fd04 1234 030301', ['WS=2'], 1], // an experiment nobody knows
  ['00 030307', [], UNSCALED], // behind the end of the list
  ['0300', [], UNSCALED], // shorter than itself
  ['0301 020405b4', [], UNSCALED],
  ['0303', [], UNSCALED], // cut
  ['03', [], UNSCALED],
  ['0304 0700 020405b4', ['MSS=1460'], UNSCALED], // of another length
  ['0205b4', [], UNSCALED],
])('%s', (text, expected, shift) => {
  expect([texts(hex(text)), scale(hex(text))]).toEqual([expected.map((one) => ` ${one}`).join(''), shift]);
});

test('what is acknowledged selectively counts from where the other side began', () => {
  expect(texts(hex('050a 00000003 fffffffe'), 0xfffffffd)).toBe(' SLE=6 SRE=1');
});

test('options that go on without end are bounded', () => {
  expect(texts(new Uint8Array(1000).map((_, at) => (at % 2 === 0 ? 4 : 2)))).toBe(' SACK_PERM'.repeat(40));
  expect(scale(Uint8Array.from([...new Uint8Array(1000).fill(1), 3, 3, 7]))).toBe(UNSCALED);
});
