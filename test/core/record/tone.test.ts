import { expect, test } from 'vitest';
import type { RecordTable } from '../../../src/core/record/table.ts';
import { TABLES } from '../../../src/core/record/tables/all.ts';

const TONES: ReadonlySet<unknown> = new Set(['good', 'notice', 'busy', 'bad', 'faint', null]);

test('a saved record may have any text where its table has a closed set', () => {
  let coloured = 0;
  for (const { fields } of Object.values<RecordTable>(TABLES)) {
    for (const { tone, values } of Object.values(fields)) {
      if (tone === null || values === null) continue;
      coloured++;
      for (const value of [...values, 'constructor', '__proto__', 'toString', 'hasOwnProperty', ''])
        expect(TONES).toContain(tone(value as never));
    }
  }
  expect(coloured).toBeGreaterThan(5);
});
