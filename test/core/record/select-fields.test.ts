import { expect, test } from 'vitest';
import { datedFields, datedRows, datedTable } from '../../../src/core/record/dated-rows.ts';
import { address, integer, maybe, shown, shownWhenRepeating, text } from '../../../src/core/record/field.ts';
import { namedFields, requireField, visibleFields } from '../../../src/core/record/select-fields.ts';
import { headingOf, table } from '../../../src/core/record/table.ts';
import { endpoint } from '../../../src/core/record/tables/endpoint.ts';
import { timeBucket } from '../../../src/core/record/tables/time-bucket.ts';

const thing = table(
  'thing',
  'One row.',
  {
    addr: address('Its address.', shown('ADDRESS')),
    rate: maybe(integer('How fast.', shownWhenRepeating())),
    size: integer('How large.'),
    addr_host: maybe(text('Its name.')),
  },
  { hosts: { addr_host: 'addr' } },
);

test('what is visible: always, when it repeats, and the names of addresses where those are asked for', () => {
  expect(visibleFields(thing, false)).toEqual(['addr']);
  expect(visibleFields(thing, true)).toEqual(['addr', 'rate']);
  expect(visibleFields(thing, true, true)).toEqual(['addr', 'addr_host', 'rate']);
});

test('names are each taken once, and all are those of JSON', () => {
  expect(namedFields(thing, ['size', 'all', 'size'])).toEqual(['size', 'addr', 'rate', 'addr_host']);
  expect(() => namedFields(thing, ['size', 'sise'])).toThrow(
    expect.objectContaining({ exit: 64, message: 'unknown field "sise" of thing' }),
  );
  expect(requireField(thing, 'size', 'size')).toBeUndefined();
});

test('the heading is the name in capitals where there is none', () => {
  expect([headingOf('addr', thing.fields.addr), headingOf('rate', thing.fields.rate)]).toEqual(['ADDRESS', 'RATE']);
});

test('rows without a time have that of their snapshot, in front', () => {
  const dated = datedTable(endpoint);
  expect(Object.keys(dated.fields)).toEqual(['time', ...Object.keys(endpoint.fields)]);
  expect(datedTable(endpoint)).toBe(dated);
  expect(datedTable(timeBucket)).toBe(timeBucket);
  const row = { addr: 'a' };
  expect([...datedRows(endpoint, [row], 'now')]).toEqual([{ time: 'now', addr: 'a' }]);
  expect([...datedRows(timeBucket, [{ time: 'then' }], 'now')]).toEqual([{ time: 'then' }]);
  expect([datedFields(['addr']), datedFields(['addr', 'time'])]).toEqual([
    ['time', 'addr'],
    ['time', 'addr'],
  ]);
});
