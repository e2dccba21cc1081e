import { usageError } from '../../core/failure.ts';
import { jsonTypeOf } from '../../core/record/schema.ts';
import { headingOf, type RecordTable, section } from '../../core/record/table.ts';
import { ALL_TABLES } from '../../core/record/tables/all.ts';
import { type FieldRow, fieldRecord } from '../../core/record/tables/meta.ts';
import { didYouMean } from '../../core/suggest.ts';
import { listing } from '../listing/command.ts';

export const RECORD_NAMES = ALL_TABLES.map((table) => table.type);

/** `netwatch fields conn`: what the fields of a record type mean. */
export const fields = listing({
  name: 'fields',
  about: 'the fields of a record type and what they mean',
  details: [
    'Without a record type, it lists the fields of all of them.',
    "The fields of display filters, which packet has last and by Wireshark's names, are made only when they are named: by --fields, --sort, a filter or an expectation. all does not include them.",
  ],
  operands: '[RECORD...]',
  operandChoices: RECORD_NAMES,
  options: {},
  repeats: false,
  tables: [fieldRecord],
  examples: [
    { line: 'netwatch fields conn', about: 'what conns prints' },
    { line: 'netwatch fields conn -f rtt', about: 'the fields that mention rtt' },
  ],
  tableOf: () => fieldRecord,
  async *run(_context, _values, operands) {
    const tables = operands.length === 0 ? ALL_TABLES : [...new Set(operands)].map(recordNamed);
    yield [section(fieldRecord, tables.flatMap(rowsOf))];
  },
});

function rowsOf(table: RecordTable): FieldRow[] {
  return Object.entries({ ...table.fields, ...table.more }).map(([name, field]) => ({
    record: table.type,
    name,
    kind: field.kind,
    json_type: jsonTypeOf(field),
    nullable: field.nullable ? 'yes' : 'no',
    visible: field.shown,
    heading: headingOf(name, field),
    values: field.values === null ? null : field.values.join(' '),
    doc: field.doc,
  }));
}

/** The record type with this name. Throws Failure 64 when there is none. */
export function recordNamed(name: string): RecordTable {
  const table = ALL_TABLES.find((one) => one.type === name);
  if (table !== undefined) return table;
  throw usageError(`unknown record type "${name}"`, {
    hint: didYouMean(name, RECORD_NAMES, `record types are ${RECORD_NAMES.join(' ')}`),
  });
}
