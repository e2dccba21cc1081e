import { describe, expect, test } from 'vitest';
import { placesOf } from '../../src/core/json-places.ts';

const faultOf = (json: string): string | null => {
  const { fault } = placesOf(json);
  return fault === null ? null : `${fault.line}:${fault.column}`;
};

describe('where a text stops being JSON', () => {
  test.each([
    ['', '1:1'],
    ['root:x:0', '1:1'],
    ['{', '1:2'],
    ['{"a":1}', null],
    ['{"a":1,}', '1:8'],
    ['{"a":1 "b":2}', '1:8'],
    ['{\n  "a": tru\n}', '2:8'],
    ['{"a": "x\ny"}', '1:7'],
    ['[1,2,]', '1:6'],
    ['[1,2]', null],
    ['[1 2]', '1:4'],
    ['[}', '1:2'],
    ['{]', '1:2'],
    ['{"a":01}', '1:7'],
    ['{"a":"\\u12g4"}', '1:6'],
    ['{"a"}', '1:5'],
    ['{a:1}', '1:2'],
    ['{} {}', '1:4'],
    ['\ufeff{}', '1:1'],
    [' \r\n\t{ } \n', null],
    ['null', null],
    ['-', '1:1'],
    ['"\\"', '1:1'],
  ])('%j: %s', (json, place) => expect(faultOf(json)).toBe(place));

  test('JSON.parse agrees on what is JSON, for every cut and every changed character of a text', () => {
    const json = '{"a": [1, -2.5e3, "x\\u00e4\\n", {"b": null}], "c": {}, "d": [], "e": true}';
    const texts = [...json].flatMap((_, at) => [
      json.slice(0, at),
      ...[...'{}[],:"\\0a \n'].map((other) => json.slice(0, at) + other + json.slice(at + 1)),
    ]);
    for (const text of texts) expect([text, faultOf(text) === null]).toEqual([text, isJson(text)]);
  });

  test('a deep and a long one are read in flat stack', () => {
    expect(faultOf('['.repeat(500_000))).toBe('1:500001');
    expect(faultOf(`["${'x'.repeat(1_000_000)}","${'\\n'.repeat(250_000)}"]`)).toBeNull();
  });
});

test('keys of the outer object and of those in it have places', () => {
  const { keys } = placesOf('{\n "a": 1,\n "b": {"c": [{"d": 1}],\n  "\\u0065": 2}, "a": 3\n}');
  expect(Object.fromEntries(keys)).toEqual({
    a: { line: 4, column: 17 },
    b: { line: 3, column: 2 },
    'b.c': { line: 3, column: 8 },
    'b.e': { line: 4, column: 3 },
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
