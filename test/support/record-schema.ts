import { expect } from 'vitest';
import { ALL_TABLES } from '../../src/core/record/tables/all.ts';
import { recordFault } from './record-fault.ts';

/** Expects that a record has every field of its schema, in order, each with a value that the schema allows. */
export function expectRecord({ type, ...row }: Readonly<Record<string, unknown>>): void {
  const table = ALL_TABLES.find((one) => one.type === type)!;
  expect(recordFault(table, row)).toBeNull();
}
