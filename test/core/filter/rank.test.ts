import { expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { expert } from '../../../src/core/record/tables/expert.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { report } from './failing.ts';
import { sample } from './sample.ts';

const SEVERITIES = ['chat', 'note', 'warn', 'error'];

/** The severities that pass. */
function passing(source: string): string[] {
  const filter = compileFilter(source, packet);
  return SEVERITIES.filter((severity) => filter.matches({ ...unknownRow(packet), severity }));
}

test.each<[string, string[]]>([
  ['severity >= warn', ['warn', 'error']],
  ['severity > warn', ['error']],
  ['severity <= warn', ['chat', 'note', 'warn']],
  ['severity < warn', ['chat', 'note']],
  ['severity ge WARN', ['warn', 'error']],
  ['severity > "note"', ['warn', 'error']],
  ['severity > error', []],
  ['severity < chat', []],
  ['severity >= chat', SEVERITIES],
  ['severity <= error', SEVERITIES],
  ['not severity >= warn', ['chat', 'note']],
  ['severity in {note..warn}', ['note', 'warn']],
  ['severity in {chat, warn..error}', ['chat', 'warn', 'error']],
  ['severity in {warn..warn}', ['warn']],
  ['severity == warn', ['warn']],
  ['severity != warn', ['chat', 'note', 'error']],
])('%s', (source, expected) => {
  expect(passing(source)).toEqual(expected);
});

test.each(['severity >= chat', 'severity <= error', 'severity < error', 'severity in {chat..error}'])(
  'neither an unknown severity nor one of a later version passes %s',
  (source) => {
    const filter = compileFilter(source, packet);
    expect(filter.matches({ ...unknownRow(packet), severity: null })).toBe(false);
    expect(filter.matches({ ...unknownRow(packet), severity: 'fatal' })).toBe(false);
  },
);

test('expectations compare by rank, too', () => {
  const rows = (severity: string) => ({ ...unknownRow(expert), severity });
  const tally = compileExpectation('none(severity >= warn)', expert).start();
  tally.add(rows('note'));
  expect(tally.holds()).toBe(true);
  tally.add(rows('error'));
  expect(tally.holds()).toBe(false);
});

test.each(['<', '<=', '>', '>='])('what has no rank is not compared by %s', (relation) => {
  expect(report(() => compileFilter(`state ${relation} LISTEN`, sample))).toBe(
    [
      `state ${relation} LISTEN`,
      `${' '.repeat(`state ${relation} `.length)}^^^^^^`,
      `state cannot be compared by "${relation}"`,
      'its values have no order: state in {ESTABLISHED, SYN_RECV}',
    ].join('\n'),
  );
});

test.each([
  [
    'state in {LISTEN..TIME_WAIT}',
    '          ^^^^^^',
    'state cannot be compared by ">="\nits values have no order: state in {ESTABLISHED, SYN_RECV}',
  ],
  ['proto < udp', '        ^^^', 'proto cannot be compared by "<"\nits values have no order: proto in {tcp, udp}'],
])('%s is refused', (source, carets, message) => {
  expect(report(() => compileFilter(source, sample))).toBe([source, carets, message].join('\n'));
});

test.each([
  ['severity >= wran', '            ^^^^', 'no such value: "wran" (severity)\ndid you mean warn?'],
  ['severity >= 3', '            ^', 'no such value: "3" (severity)\none of error, warn, note, chat'],
  ['severity in {error..note}', '             ^^^^^', 'the range is empty (severity)\nwrite note..error'],
])('%s is an error', (source, carets, message) => {
  expect(report(() => compileFilter(source, packet))).toBe([source, carets, message].join('\n'));
});

test('an open text is still ordered as text', () => {
  const filter = compileFilter('process >= m', sample);
  expect(filter.matches({ process: 'nginx' })).toBe(true);
  expect(filter.matches({ process: 'curl' })).toBe(false);
});
