import { expect, test } from 'vitest';
import { sendRequestOf } from '../../../src/commands/export/send-request.ts';
import type { sinkOptions } from '../../../src/commands/export/sink-options.ts';
import type { ListingValues } from '../../../src/commands/options/shared-options.ts';
import { netwatch } from '../../support/in-process.ts';

const asked = (typed: object) =>
  sendRequestOf(
    {
      ...{ output: null, json: false, tsv: false, csv: false, credentials: null, spool: '/var/spool/netwatch/' },
      ...{ 'spool-size': null, 'tls-cert': null, 'tls-key': null },
      ...typed,
    } as unknown as ListingValues<typeof sinkOptions>,
    'nats://127.0.0.1/events',
    {},
  );

test('what is redacted waits beside what is not, and by what was taken out', () => {
  expect(asked({})).toMatchObject({ folder: '/var/spool/netwatch/', isRedacted: false });
  expect(asked({ redact: null })).toMatchObject({ folder: '/var/spool/netwatch/', isRedacted: false });
  expect(asked({ redact: ['hosts', 'ips'] })).toMatchObject({
    folder: '/var/spool/netwatch-redacted-ips-hosts',
    spool: '/var/spool/netwatch/',
    isRedacted: true,
  });
});

test.each(['--append', '--append-max'])(
  'export events has no %s: a history is for conns, and is not redacted',
  async (option) => {
    const { status, said } = await netwatch('export', 'events', '--count', '1', option, '1000');
    expect([status, said[0]]).toEqual([64, `unknown option ${option}`]);
  },
);
