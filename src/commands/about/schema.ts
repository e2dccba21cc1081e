import { schemaOf } from '../../core/record/schema.ts';
import { ALL_TABLES } from '../../core/record/tables/all.ts';
import { textCommand } from '../listing/command.ts';
import { RECORD_NAMES, recordNamed } from './fields.ts';

/** `netwatch schema conn`: JSON Schema of a record type. */
export const schema = textCommand({
  name: 'schema',
  about: 'JSON Schema (2020-12) of a record type',
  details: [
    'For several record types, or for all of them when none is named, it prints one schema that holds them under $defs. That of snapshot is of the document that netwatch export snapshot writes, with all its parts. The schema describes whole records; --fields prints only a part of them.',
  ],
  readsSettings: false,
  operands: '[RECORD...]',
  operandChoices: RECORD_NAMES,
  options: {},
  examples: [{ line: 'netwatch schema conn > conn.schema.json', about: 'to validate what conns --json prints' }],
  async print(_context, _values, operands) {
    if (operands.length === 1) return toText(schemaOf(recordNamed(operands[0] ?? '')));
    const tables = operands.length === 0 ? ALL_TABLES : [...new Set(operands)].map(recordNamed);
    return toText({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:netwatch:records',
      oneOf: tables.map((table) => ({ $ref: `#/$defs/${table.type}` })),
      $defs: Object.fromEntries(tables.map((table) => [table.type, schemaOf(table)])),
    });
  },
});

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
