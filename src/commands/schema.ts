import { schemaOf } from '../core/record/schema.ts';
import { ALL_TABLES } from '../core/record/tables/all.ts';
import { textCommand } from './command.ts';
import { RECORD_NAMES, recordNamed } from './fields.ts';

/** `netwatch schema conn`: JSON Schema of a record type. */
export const schema = textCommand({
  name: 'schema',
  about: 'JSON Schema (2020-12) of a record type',
  details: ['Without a record type, one schema that holds them all under $defs.'],
  operands: '[RECORD]',
  operandChoices: RECORD_NAMES,
  options: {},
  examples: [{ line: 'netwatch schema conn > conn.schema.json', about: 'to validate what conns --json prints' }],
  async print(_context, _values, operands) {
    const [name] = operands;
    if (name !== undefined) return toText(schemaOf(recordNamed(name)));
    return toText({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:netwatch:records',
      oneOf: ALL_TABLES.map((table) => ({ $ref: `#/$defs/${table.type}` })),
      $defs: Object.fromEntries(ALL_TABLES.map((table) => [table.type, schemaOf(table)])),
    });
  },
});

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
