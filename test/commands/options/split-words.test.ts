import { expect, test } from 'vitest';
import { placeOf } from '../../../src/commands/options/command-line.ts';
import { choice, choices, flag, text, words } from '../../../src/commands/options/option.ts';
import { splitWords } from '../../../src/commands/options/split-words.ts';
import type { Failure } from '../../../src/core/failure.ts';

const OPTIONS = {
  output: choice('O.', ['json', 'csv'], { short: 'o' }),
  filter: text('F.', { short: 'f' }),
  wait: text('W.'),
  name: text('N.', { also: ['named', 'title'] }),
  interface: text('I.', { short: 'i' }),
  redact: choices('R.', ['ips', 'hosts']),
  by: words('B.', { short: 'b', also: ['per'] }),
  quiet: flag('Q.', { short: 'q' }),
  verbose: flag('V.', { short: 'v', also: ['loud'] }),
};

const split = (line: string) => splitWords(OPTIONS, line === '' ? [] : line.split(' '), 'netwatch x --help');

test.each<[line: string, options: object, operands: string[]]>([
  ['', {}, []],
  ['a b', {}, ['a', 'b']],
  ['-o json', { output: 'json' }, []],
  ['-ojson', { output: 'json' }, []],
  ['-o=json', { output: 'json' }, []],
  ['-o==json', { output: '=json' }, []],
  ['-qo json x', { quiet: true, output: 'json' }, ['x']],
  ['-qvojson', { quiet: true, verbose: true, output: 'json' }, []],
  ['-qv', { quiet: true, verbose: true }, []],
  ['--output=json', { output: 'json' }, []],
  ['--output json x', { output: 'json' }, ['x']],
  ['--output= x', { output: '' }, ['x']],
  ['--named a', { name: 'a' }, []],
  ['--title=a=b', { name: 'a=b' }, []],
  ['--loud', { verbose: true }, []],
  ['--quiet 5', { quiet: true }, ['5']],
  ['-f a --name b', { filter: 'a', name: 'b' }, []],
  ['--name a --name b', { name: 'b' }, []],
  ['-o json -o csv', { output: 'csv' }, []],
  ['-q -q', { quiet: true }, []],
  ['--redact ips x --redact=hosts', { redact: 'ips,hosts' }, ['x']],
  ['-i a -qib --interface=c', { interface: 'a,b,c', quiet: true }, []],
  ['-b a,b --by c --per=d -be', { by: 'a,b,c,d,e' }, []],
  ['-q -- -v --nonsense --filter', { quiet: true }, ['-v', '--nonsense', '--filter']],
  ['- x', {}, ['-', 'x']],
  ['-7x', { 7: true, x: true }, []],
  ['--else', { else: true }, []],
  ['--else=5', { else: '5' }, []],
  ['--toString', { toString: true }, []],
  ['007 1e3', {}, ['007', '1e3']],
])('%s', (line, options, operands) => {
  const { _: rest, ...given } = split(line);
  expect(given).toEqual(options);
  expect(rest).toEqual(operands);
});

test.each<[line: string, message: string, hint: string | null, at: string | null]>([
  ['--output', 'no value after --output', 'netwatch x --help', null],
  ['-o', 'no value after -o', 'netwatch x --help', null],
  ['-qo', 'no value after -o', 'netwatch x --help', null],
  ['-o -q', 'no value after -o', 'netwatch x --help', null],
  ['--output --quiet', 'no value after --output', 'netwatch x --help', null],
  ['x --quiet=true', '--quiet takes no value', null, '--quiet=true'],
  ['x --loud=', '--loud takes no value', null, '--loud='],
  ['-f a x --filter b', '--filter is given twice', 'join the two with and', '--filter'],
  ['--filter=a -fb', '--filter is given twice', 'join the two with and', '-fb'],
  ['--wait a --wait=b', '--wait is given twice', 'join the two with and', '--wait=b'],
  ['x --_', 'unknown option --_', null, '--_'],
  ['x --_=5', 'unknown option --_=5', null, '--_=5'],
  ['x --$0', 'unknown option --$0', null, '--$0'],
  ['x --__proto__=5', 'unknown option --__proto__=5', null, '--__proto__=5'],
  ['x -_', 'unknown option -_', null, '-_'],
  ['x -a_', 'unknown option -_', null, '-a_'],
])('%s is refused', (line, message, hint, at) => {
  let failure: Failure | null = null;
  try {
    split(line);
  } catch (error) {
    failure = error as Failure;
  }
  expect([failure?.exit, failure?.message, failure?.hint]).toEqual([64, message, hint]);
  const place = failure?.place ?? null;
  const marked = place?.text.slice(place.column, place.column + place.length).replaceAll("'", '') ?? null;
  expect(marked).toBe(at);
});

test.each([
  [-1, 0, 8],
  [0, 9, 5],
  [1, 15, 7],
  [2, 23, 4],
  [3, 28, 1],
])('the place of word %i on the command line', (index, column, length) => {
  expect(placeOf(['conns', 'a > 5', '-f=x'], index)).toEqual({ text: "netwatch conns 'a > 5' -f=x", column, length });
});
