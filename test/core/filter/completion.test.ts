import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeFilter } from '../../../src/core/filter/completion.ts';
import { completePacketFilter } from '../../../src/core/packet/packet-completion.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';

const at = (text: string, cursor = text.length) => completeFilter(text, cursor, conn);

test.each([
  ['proc', ['process', 'process_start']],
  ['state == ESTAB', ['ESTABLISHED']],
  ['state eq estab', ['ESTABLISHED']],
  ['not state in {LISTEN, syn', ['SYN_SENT', 'SYN_RECV']],
  ['pid > 5 and remote_p', ['remote_port']],
  ['rx_bytes > ', []],
  ['process == ', []],
  ['process == "sta', []],
  ['process contains sta', []],
  ['zzz', []],
  ['_host', ['remote_host']],
])('%s', (text, candidates) => {
  expect(at(text).candidates).toEqual(candidates);
});

test('the word before the cursor is completed, whatever stands behind it', () => {
  expect(at('proc and pid == 1', 4)).toEqual({ from: 0, candidates: ['process', 'process_start'] });
});

test('whatever is typed, only the word before the cursor is replaced', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, cursor) => {
      const place = Math.min(cursor, text.length);
      const { from } = at(text, place);
      expect(from).toBeLessThanOrEqual(place);
      expect(text.slice(from, place)).not.toMatch(/\s/);
    }),
  );
});

test('all that is offered for a display filter is understood in one', () => {
  const all = completePacketFilter('', 0).candidates;
  expect(all).toEqual(expect.arrayContaining(['tcp', 'src_port', 'info', 'tcp.analysis.retransmission', 'ip.ttl']));
  for (const name of all) expect(() => compilePacketFilter(name), name).not.toThrow();
});
