import { expect, test } from 'vitest';
import type { ifaceOptions } from '../../../src/commands/ifaces/iface-options.ts';
import { compileTest, requestOf } from '../../../src/commands/ifaces/iface-request.ts';
import { ifaces } from '../../../src/commands/ifaces/ifaces.ts';
import type { AnyRow } from '../../../src/core/record/table.ts';
import { typed } from '../../support/typed.ts';

const request = (line: string, asked: readonly string[] = []) =>
  requestOf(typed<typeof ifaceOptions>(ifaces, ...(line === '' ? [] : line.split(' '))), new Set(asked));

test.each([
  ['', [], {}],
  ['--up -i eth0', [], { isUp: true, interface: 'eth0' }],
  ['--routes', [], { part: 'routes' }],
  ['--routes --table all', [], { part: 'routes', table: null }],
  ['--dns', [], { part: 'dns' }],
  ['--neighbors', [], { part: 'neighbors' }],
  ['--host --netns x --root /y', [], { part: 'host', place: { root: '/y', netns: 'x' } }],
  ['--tunnels -i tun0', [], { part: 'tunnels', interface: 'tun0' }],
  ['', ['rx_rate'], { rates: true }],
  ['', ['tx_rate'], { rates: true }],
  ['', ['rx_packet_rate'], { rates: true }],
  ['', ['tx_packet_rate'], { rates: true }],
  ['', ['rx_bytes'], {}],
])('%s for %j', (line, asked, given) => {
  const plain = { part: null, interface: null, isUp: false, table: 'main', rates: false };
  expect(request(line, asked)).toEqual({ ...plain, place: { root: null, netns: null }, ...given });
});

test.each(['--routes --dns', '--dns --host', '--neighbors --routes', '--tunnels --host'])(
  '%s exclude each other',
  (line) => {
    expect(() => request(line)).toThrow('--routes, --dns, --neighbors, --host and --tunnels exclude each other');
  },
);

const ROWS: Record<string, AnyRow> = {
  up: { name: 'eth0', iface: 'x', state: 'up', table: 'other' },
  unknown: { name: 'lo', iface: 'eth0', state: 'unknown', table: 'main' },
  down: { name: 'eth0', iface: 'eth0', state: 'down', table: null },
};
test.each([
  ['', ['up', 'unknown', 'down']],
  ['--up', ['up', 'unknown']],
  ['-i eth0', ['up', 'down']],
  ['-i eth0 --up', ['up']],
  ['--routes', ['unknown', 'down']],
  ['--routes --up', ['unknown', 'down']],
  ['--routes --table all -i eth0', ['unknown', 'down']],
  ['--routes --table all', ['up', 'unknown', 'down']],
  ['--tunnels -i eth0', ['unknown', 'down']],
  ['--dns -i eth0', ['unknown', 'down']],
  ['--host -i eth0', ['up', 'unknown', 'down']],
])('rows of %s', (line, kept) => {
  const keeps = compileTest(request(line));
  expect(Object.keys(ROWS).filter((name) => keeps(ROWS[name]!))).toEqual(kept);
});
