import { expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { parseFilter } from '../../../src/core/filter/parse.ts';
import { httpRequest } from '../../../src/core/record/tables/http-request.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { report } from './failing.ts';
import { sample, sampleRow } from './sample.ts';

const ROW = sampleRow({ src: '10.0.0.1', dst: '2001:db8::1', process: 'host', dst_port: 443 });

test.each([
  ['host 10.0.0.1', true],
  ['HOST 10.0.0.1', true],
  ['host "10.0.0.1"', true],
  ['host ::ffff:10.0.0.1', true],
  ['host 2001:DB8:0::1', true],
  ['host 10.0.0.2', false],
  ['not host 10.0.0.2', true],
  ['!host 10.0.0.1', false],
  ['host 10.0.0.1 and net 2001:db8::/32 and port 443', true],
  ['(host 10.0.0.2 or host 10.0.0.1) and not net 192.168.0.0/16', true],
  ['net 10.0.0.0/8', true],
  ['net 10.99.0.1/8', true],
  ['net 10.0.0.1', true],
  ['net 10.0.0.0/32', false],
  ['net 0.0.0.0/0', true],
  ['net fe80::/10', false],
  ['host', true], // alone, the words are searched for as before
  ['host and tcp', false],
  ['net', false],
])('%s', (source, expected) => {
  expect(compileFilter(source, sample).matches(ROW)).toBe(expected);
});

test('host is still a field where records have it', () => {
  const row = { ...unknownRow(httpRequest), host: 'example.com' };
  expect(compileFilter('host == example.com', httpRequest).matches(row)).toBe(true);
  expect(compileFilter('host contains "example"', httpRequest).matches(row)).toBe(true);
  expect(compileFilter('host in {"example.com"}', httpRequest).matches(row)).toBe(true);
  expect(compileFilter('host and not port', httpRequest).matches(row)).toBe(true);
});

test('expectations know them', () => {
  const tally = compileExpectation('any(host 10.0.0.1) and none(net 192.168.0.0/16)', sample).start();
  tally.add(ROW);
  expect(tally.holds()).toBe(true);
});

test.each([
  ['host 10.0.0.0/8', '     ^^^^^^^^^^', '"10.0.0.0/8" is no host\nnet 10.0.0.0/8'],
  ['host 10', '     ^^', '"10" is not an address\nas in host 10.0.0.1; to search for the text: contains "10"'],
  [
    'tcp and host example.com',
    '             ^^^^^^^^^^^',
    '"example.com" is not an address\nas in host 10.0.0.1; to search for the text: contains "example.com"',
  ],
  ['net 10', '    ^^', '"10" is not a network\nas in net 10.0.0.0/8; to search for the text: contains "10"'],
  [
    'net 10.0.0.0/33',
    '    ^^^^^^^^^^^',
    '"10.0.0.0/33" is not a network\nas in net 10.0.0.0/8; to search for the text: contains "10.0.0.0/33"',
  ],
])('%s is an error', (source, carets, message) => {
  expect(report(() => parseFilter(source))).toBe([source, carets, message].join('\n'));
});
