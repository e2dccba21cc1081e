import { expect, test } from 'vitest';
import { captureFormatOf, recordFormatOf, refuseRecordOptions } from '../../../src/commands/listing/written-format.ts';

const plain = { as: null, output: null, json: false, tsv: false, csv: false };

test.each([
  ['a.pcap', 'pcap'],
  ['a.pcapng', 'pcapng'],
  ['a.pcap.ndjson', null],
  ['pcap', null],
])('%s is a capture as %s', (name, format) => {
  expect(captureFormatOf(name)).toBe(format);
});

test.each([
  ['a b.pcap.gz', "-w - | gzip > 'a b.pcap.gz'"],
  ['a.pcap.zst', '-w - | zstd > a.pcap.zst'],
])('%s is refused', (name, hint) => {
  const message = `${name}: netwatch writes captures uncompressed`;
  expect(() => captureFormatOf(name)).toThrow(expect.objectContaining({ exit: 64, message, hint }));
});

test.each([
  ['a.ndjson', {}, 'ndjson'],
  ['a.jsonl', {}, 'ndjson'],
  ['a.json', {}, 'json'],
  ['a.tsv', {}, 'tsv'],
  ['a.csv', {}, 'csv'],
  ['a.txt', {}, null],
  ['a.txt', { json: true }, 'ndjson'],
  ['a.csv', { tsv: true }, 'tsv'],
  ['a.csv', { output: 'table' }, 'csv'],
  ['a.pcap', { json: true }, null],
  ['a.csv', { as: 'pcap' }, null],
])('records in %s with %j are %s', (name, values, format) => {
  expect(recordFormatOf({ ...plain, ...values } as never, name)).toBe(format);
});

test.each(['sort', 'expect', 'fail-on', 'decode', 'hex'])('--%s is about what is printed', (name) => {
  for (const value of ['x', true, ['a']])
    expect(() => refuseRecordOptions({ [name]: value } as never)).toThrow(
      `--${name} applies to packets that are printed, not to packets that --write saves`,
    );
  for (const value of [null, undefined, false]) refuseRecordOptions({ [name]: value } as never);
});
