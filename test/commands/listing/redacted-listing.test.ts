import { expect, test } from 'vitest';
import { type ListingCommand, listing } from '../../../src/commands/listing/command.ts';
import { runListing } from '../../../src/commands/listing/run-listing.ts';
import type { Options } from '../../../src/commands/options/option.ts';
import { redactOptions } from '../../../src/commands/options/redact-options.ts';
import { globalOptions, type ListingValues, outputOptions } from '../../../src/commands/options/shared-options.ts';
import { section } from '../../../src/core/record/table.ts';
import { neighbor } from '../../../src/core/record/tables/network-config.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { recordsOf } from '../../support/in-process.ts';

const ROW = {
  addr: '93.184.216.34',
  mac: '00:1b:21:ca:4a:7e',
  iface: 'enp3s0',
  state: null,
  host: null,
  vendor: 'Intel',
};

/** A command that knows nothing of redaction, but has its options. */
const neighbors = (redactsItself: boolean): ListingCommand =>
  listing({
    name: 'neighbors',
    about: 'neighbours',
    details: [],
    operands: '',
    operandChoices: [],
    options: redactOptions,
    tables: [neighbor],
    tableOf: () => neighbor,
    examples: [],
    redactsItself,
    async *run(_context, _values, _operands, request) {
      await request.reportGap({ what: 'row', iface: 'enp3s0', dropped: 1, reason: 'enp3s0 was down' });
      yield [section(neighbor, [ROW as never])];
    },
  }) as ListingCommand;

async function ran(typed: object, redactsItself = false) {
  const context = fakeContext();
  const absent = { ...globalOptions, ...outputOptions, ...redactOptions };
  const values = {
    ...Object.fromEntries(Object.entries(absent).map(([name, option]) => [name, option.absent])),
    json: true,
    ...typed,
  } as unknown as ListingValues<Options>;
  const status = await runListing(neighbors(redactsItself), context, values, []);
  return { status, rows: recordsOf(context.out()), said: context.said };
}

test('rows are redacted after the filter, and so are gaps', async () => {
  const { rows, said, status } = await ran({ redact: ['ips', 'hosts', 'macs'], filter: 'addr == 93.184.216.34' });
  expect(status).toBe(0);
  expect(rows.map(({ type }) => type)).toEqual(['gap', 'neighbor']);
  expect(JSON.stringify(rows)).not.toMatch(/93\.184\.216\.34|1b:21|enp3s0|Intel/);
  expect(said[0]).toContain('redacted under a random key of this run');
});

test('a command that redacts itself is left alone, and so is a run without --redact', async () => {
  expect((await ran({ redact: ['ips'] }, true)).rows.at(-1)).toMatchObject(ROW);
  expect((await ran({})).rows.at(-1)).toMatchObject(ROW);
});

test('a key without words is refused', async () => {
  await expect(ran({ 'redact-key': 'key' })).rejects.toMatchObject({
    exit: 64,
    message: '--redact-key needs --redact',
  });
});
