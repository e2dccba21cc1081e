import { expect, test } from 'vitest';
import { type Naming, tableNamedBy } from '../../../src/commands/stats/table-named.ts';
import { count, text } from '../../../src/core/record/field.ts';
import { table } from '../../../src/core/record/table.ts';

const first = table('first', 'One row.', { name: text('Name.'), size: count('Size.') });
const second = table('second', 'One row.', { name: text('Name.'), port: count('Port.') });
const NOTHING: Naming = { fields: null, sort: null, filter: null, expect: null, 'fail-on': null };
const named = (
  naming: Partial<Naming>,
  tables: readonly [typeof first, ...(typeof first | typeof second)[]] = [first, second as never],
) => tableNamedBy({ ...NOTHING, ...naming }, tables).type;

test.each<[Partial<Naming>, string]>([
  [{}, 'first'],
  [{ fields: ['name'] }, 'first'],
  [{ fields: ['port'] }, 'second'],
  [{ sort: ['port:desc'] }, 'second'],
  [{ filter: 'port > 1' }, 'second'],
  [{ expect: 'all(port > 1)' }, 'second'],
  [{ 'fail-on': 'port > 1' }, 'second'],
  [{ fields: ['name'], filter: 'port > 1' }, 'second'],
  // none has all
  [{ fields: ['size'], filter: 'port > 1' }, 'first'],
  [{ filter: 'nothing ==' }, 'first'],
])('%j', (naming, type) => {
  expect(named(naming)).toBe(type);
});

test('the only one is it, whatever is named', () => {
  expect(named({ fields: ['port'] }, [first])).toBe('first');
});
