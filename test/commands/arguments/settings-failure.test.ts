import { expect, test } from 'vitest';
import { fromSettings } from '../../../src/commands/arguments/settings-failure.ts';
import { EXIT, Failure, usageError } from '../../../src/core/failure.ts';

const defaults = (isSecret: boolean) => ({
  file: '/etc/n.json',
  values: { filter: 'pid == 5', sort: 'secret.word,x' },
  places: { filter: 'line 2, column 3', sort: 'line 4, column 1' },
  isSecret,
});
const place = (text: string) => ({ text, column: 0, length: 3 });

test('an error in an expression that the file holds is one of the configuration', () => {
  const error = usageError('unknown field', { hint: 'h', place: place('pid == 5') });
  expect(fromSettings(error, defaults(false))).toMatchObject({
    exit: EXIT.config,
    message: '/etc/n.json: line 2, column 3: unknown field',
    hint: 'h',
    place: place('pid == 5'),
  });
});

test.each<[string, unknown]>([
  ['of another expression', usageError('wrong', { place: place('pid == 6') })],
  ['without a place', usageError('wrong')],
  ['of another kind', new Failure(EXIT.data, 'wrong', { place: place('pid == 5') })],
  ['that is none of ours', new TypeError('pid == 5')],
])('an error %s stays', (_what, error) => {
  expect(fromSettings(error, defaults(false))).toBe(error);
  expect(fromSettings(error, null)).toBe(error);
});

test.each<[string, Failure, boolean]>([
  ['message', new Failure(EXIT.data, 'no secret.word here'), true],
  ['hint', new Failure(EXIT.data, 'no', { hint: 'try secret.word' }), true],
  ['place', new Failure(EXIT.data, 'no', { place: place('a secret.word b') }), true],
  ['nothing', new Failure(EXIT.data, 'no secret word', { hint: 'word' }), false],
])('of a secret file no word is quoted: %s', (_what, error, isHidden) => {
  const found = fromSettings(error, { ...defaults(true), values: { sort: 'secret.word' } });
  if (!isHidden) expect(found).toBe(error);
  else
    expect(found).toMatchObject({
      exit: EXIT.data,
      message: '/etc/n.json sets something that is not possible, and is not shown',
      hint: 'you may not read /etc/n.json: use --config none to run without it',
      place: null,
    });
});
