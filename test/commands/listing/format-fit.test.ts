import { expect, test } from 'vitest';
import type { connOptions } from '../../../src/commands/conns/conn-options.ts';
import { conns } from '../../../src/commands/conns/conns.ts';
import { format } from '../../../src/commands/listing/format.ts';
import { refuseUnfit } from '../../../src/commands/listing/format-fit.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { iface } from '../../../src/core/record/tables/iface.ts';
import { typed } from '../../support/typed.ts';

const PROMETHEUS = format('prometheus', () => null as never, {
  tables: [conn],
  excludes: { resolve: 'why', tcp: null },
});
const TABLE = format('table', () => null as never);

test.each<[line: string, repeating: boolean, message: string, hint: string | null]>([
  ['--fields a', false, '--fields cannot be used with -o prometheus', null],
  ['--sort a', false, '--sort cannot be used with -o prometheus', null],
  ['--limit 0', false, '--limit cannot be used with -o prometheus', null],
  ['--no-header', false, '--no-header cannot be used with -o prometheus', null],
  ['--resolve', false, '--resolve cannot be used with -o prometheus', 'why'],
  ['--tcp', false, '--tcp cannot be used with -o prometheus', null],
  [
    '--interval 1',
    true,
    '-o prometheus prints one snapshot: --interval cannot be used with it',
    'run netwatch again for each snapshot',
  ],
  [
    '--count 1',
    true,
    '-o prometheus prints one snapshot: --count cannot be used with it',
    'run netwatch again for each snapshot',
  ],
  [
    '--duration 1',
    true,
    '-o prometheus prints one snapshot: --duration cannot be used with it',
    'run netwatch again for each snapshot',
  ],
  [
    '',
    true,
    '-o prometheus prints one snapshot: --interval cannot be used with it',
    'run netwatch again for each snapshot',
  ],
])('%s', (line, repeating, message, hint) => {
  const values = typed<typeof connOptions>(conns, ...(line === '' ? [] : line.split(' ')));
  expect(() => refuseUnfit(PROMETHEUS, conn, values, repeating)).toThrow(
    expect.objectContaining({ exit: 64, message, hint }),
  );
  refuseUnfit(TABLE, conn, values, repeating);
});

test('other records, and what fits', () => {
  const values = typed<typeof connOptions>(conns, '--udp', '--count', '1');
  expect(() => refuseUnfit(PROMETHEUS, iface, values, false)).toThrow('-o prometheus prints conn records, not iface');
  refuseUnfit(PROMETHEUS, conn, values, false);
  refuseUnfit(TABLE, iface, values, true);
});
