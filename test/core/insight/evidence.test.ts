import { expect, test } from 'vitest';
import { evidence } from '../../../src/core/insight/evidence.ts';

test('names and values of a record; what is unknown is left out', () => {
  expect(evidence('dns_query', { packet: 17, name: 'example.com', rcode: null, latency_ms: 0.5, ok: false })).toBe(
    'dns_query packet=17 name=example.com latency_ms=0.5 ok=false',
  );
});

test.each([
  ['a b', '"a b"'],
  ['', '""'],
  ['a=b', '"a=b"'],
  ['say "no"', '"say \\"no\\""'],
  ['a\nb', '"a\\nb"'],
  ['x'.repeat(100), 'x'.repeat(100)],
  ['x'.repeat(101), `${'x'.repeat(100)}…`],
])('a text that %j', (text, word) => {
  expect(evidence('conn', { process: text })).toBe(`conn process=${word}`);
});
