import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgedMap } from '../../../src/core/wire/aged-map.ts';

test('it holds what was added last, and gives away the oldest', () => {
  const step = fc.tuple(fc.constantFrom('add', 'add', 'delete', 'oldest'), fc.nat(8));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step), (most, steps) => {
      const map = new AgedMap<string, number>(most);
      let expected: [string, number][] = [];
      steps.forEach(([what, number], value) => {
        const key = `k${number}`;
        const others = expected.filter(([one]) => one !== key);
        if (what === 'add') {
          const given = others.length === most ? others.shift()![1] : undefined;
          expect(map.add(key, value)).toBe(given);
          expected = [...others, [key, value]];
        } else if (what === 'delete') {
          expect(map.delete(key)).toBe(others.length < expected.length);
          expected = others;
        } else expect(map.deleteOldest()).toBe(expected.shift()?.[1]);
        expect([...map]).toEqual(expected);
        expect([map.size, map.get(key), map.has(key)]).toEqual([
          expected.length,
          new Map(expected).get(key),
          new Map(expected).has(key),
        ]);
      });
    }),
  );
});

test('entries may be deleted while they are gone through', () => {
  const map = new AgedMap<string, number>(10);
  for (let value = 0; value < 5; value++) map.add(`k${value}`, value);
  for (const [key] of map) map.delete(key);
  expect([...map]).toEqual([]);
});
