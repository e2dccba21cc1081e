import { expect, test } from 'vitest';
import { TextCache } from '../../../src/core/redact/text-cache.ts';

test('each text becomes what is made of it, however many others have its place', () => {
  let made = 0;
  const cache = new TextCache(63, 4096, (label) => {
    made++;
    return Buffer.from([...label].reverse().join(''), 'latin1');
  });
  const labels = Array.from({ length: 20_000 }, (_, index) =>
    `a${index}`.padEnd(1 + (index % 63), '\xfe').slice(0, 63),
  );
  const wrong = labels.filter((label) => {
    const bytes = Buffer.from(`(${label})`, 'latin1');
    cache.replace(bytes, 1, label.length);
    return bytes.toString('latin1') !== `(${[...label].reverse().join('')})`;
  });
  expect(wrong).toEqual([]);
  const before = made;
  for (const again of ['www', 'www', 'WWW']) cache.replace(Buffer.from(again), 0, 3);
  expect(made - before).toBe(2);
});
