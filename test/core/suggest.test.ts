import { expect, test } from 'vitest';
import { suggest } from '../../src/core/suggest.ts';

const FIELDS = ['rx_bytes', 'tx_bytes', 'rtt_ms', 'rttvar_ms', 'state', 'local_addr', 'process', 'ip.src'];

test.each([
  ['rtt', 'rtt_ms'],
  ['sate', 'state'],
  ['satte', 'state'],
  ['STATES', 'state'],
  ['local_adr', 'local_addr'],
  ['addr', 'local_addr'],
  ['src', 'ip.src'],
  ['bytes', 'rx_bytes'],
  ['rx_byte', 'rx_bytes'],
  ['proces', 'process'],
  ['zzz', null],
  ['x', null],
  ['', null],
  ['x'.repeat(100_000), null],
])('%.12s → %s', (word, expected) => {
  expect(suggest(word, FIELDS)).toBe(expected);
});

test('nothing to choose from', () => {
  expect(suggest('rtt', [])).toBeNull();
});
