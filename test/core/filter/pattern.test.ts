import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { failureOf, report } from './failing.ts';
import { sample, sampleRow } from './sample.ts';

test('the engine is loaded by the first pattern, not before', () => {
  const { cache } = createRequire(import.meta.url);
  const loaded = () => Object.keys(cache).filter((path) => path.includes('re2js'));
  const isLoaded = () => loaded().length > 0;
  // an earlier test file in this process may have loaded it
  for (const path of loaded()) delete cache[path];
  compileFilter('tcp', sample);
  expect(isLoaded()).toBe(false);
  compileFilter('process matches "a"', sample);
  expect(isLoaded()).toBe(true);
});

const matches = (filter: string, process: string) => compileFilter(filter, sample).matches(sampleRow({ process }));

test.each([
  ['process matches "url"', 'curl', true],
  ['process matches "^url"', 'curl', false],
  ['process matches "^(?:curl|wget)$"', 'wget', true],
  ['process matches "CURL"', 'curl', false],
  ['process matches "(?i)CURL"', 'curl', true],
  ['process ~ c.rl', 'curl', true],
  [String.raw`process matches "\d+\.\d"`, 'python3.11', true],
  [String.raw`process matches "^\w+$"`, 'a b', false],
  [String.raw`process matches "\\\\"`, 'a\\b', true],
])('%s on %j: %s', (filter, process, expected) => {
  expect(matches(filter, process)).toBe(expected);
});

test.each([
  ['process matches "a(b"', '                 ^^^', 'missing closing )'],
  ['process matches "x(a**)"', '                    ^^', 'invalid nested repetition operator'],
  ['process matches [a', '                ^', 'unexpected "["'],
  ['process matches "(?=a)b"', '                 ^^^', 'invalid or unsupported Perl syntax'],
  [String.raw`process matches "\\"`, '                ^^^^', 'trailing backslash'],
])('error in %s', (filter, carets, message) => {
  const [, line, text] = report(() => compileFilter(filter, sample)).split('\n');
  expect(line).toBe(carets);
  expect(text).toContain(message);
});

test('a long pattern is refused', () => {
  expect(failureOf(() => compileFilter(`process ~ "${'a'.repeat(1001)}"`, sample)).message).toContain('1000');
});

describe('linear time', () => {
  test.each(['(a+)+$', '(a|a)*$', '(a|aa)+$', '(.*a){20}$', '([a-z]+)*[0-9]', '(x+x+)+y', '(a?){50}a{50}$'])(
    '%s against 100,000 letters',
    (pattern) => {
      const filter = compileFilter(`process matches "${pattern}"`, sample);
      const rows = ['', '!'].map((end) => sampleRow({ process: 'a'.repeat(100_000) + end }));
      const cpuMs = cpuMsOf(() => {
        for (const row of rows) filter.matches(row);
      });
      expect(cpuMs / rows.length).toBeLessThan(200);
    },
  );
});
