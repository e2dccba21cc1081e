import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const DEN = path.join(import.meta.dirname, '../../hosts/linux');
const COUNT = 'proc/sys/net/netfilter/nf_conntrack_count';
const TCP = 'proc/net/tcp';
const STATISTICS = 'sys/class/net/eth0/statistics';

/** What one rule finds in a copy of the saved machine, some of whose files are changed. */
async function foundIn(rule: string, changes: Readonly<Record<string, (was: string) => string>>) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-machine-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true }));
  fs.cpSync(DEN, root, { recursive: true, verbatimSymlinks: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(root, name);
    fs.writeFileSync(file, change(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''));
  }
  const { out } = await netwatch('insights', '--root', root, '--json', '--ai', 'never');
  return recordsOf<InsightRow>(out).filter((row) => row.rule === rule);
}

test.each([
  ['62260', ['error']],
  ['62259', ['warn']],
  ['52429', ['warn']],
  ['52428', []],
])('a saved machine that tracks %s connections of 65536', async (count, severities) => {
  const found = await foundIn('conntrack_full', { [COUNT]: () => `${count}\n` });
  expect(found.map(({ severity }) => severity)).toEqual(severities);
});

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
const REST = '00000000:00000000 00:00000000 00000000     0        0 0 1 00000000a1b2c307';

/** Lines of requests to port 22 of 192.168.7.20. */
const requests = (count: number): string =>
  Array.from({ length: count }, (_, at) => `  ${100 + at}: 1407A8C0:0016 0A7100CB:${hex(2000 + at)} 03 ${REST}\n`).join(
    '',
  );

/** Lines of connections in TIME_WAIT to 203.0.113.11:443. */
const ended = (count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `  ${100 + at}: 1407A8C0:${hex(50_000 + at)} 0B7100CB:01BB 06 ${REST}\n`,
  ).join('');

test.each([
  [384, ['384 handshakes with 192.168.7.20:22 (unknown process) from 1 address did not end; the limit is 512']],
  [383, []],
])('a saved machine with %i requests at one port', async (count, summaries) => {
  // one of them is in the file
  const found = await foundIn('half_open_sockets', { [TCP]: (was) => was + requests(count - 1) });
  expect(found.map(({ summary }) => summary.replace(/\(\w+\)/, '(unknown process)'))).toEqual(summaries);
});

test.each([
  [75, ['75 of 100 local ports are in use from 192.168.7.20 to 203.0.113.11:443, 75 in TIME_WAIT']],
  [74, []],
])('a saved machine with %i ended connections to one server', async (count, summaries) => {
  const found = await foundIn('ephemeral_ports', {
    [TCP]: (was) => was + ended(count),
    'proc/sys/net/ipv4/ip_local_port_range': () => '50000\t50099\n',
  });
  expect(found.map(({ summary }) => summary)).toEqual(summaries);
});

test.each([
  [
    'interface_errors',
    'rx_errors',
    42_000_000,
    'eth0 had 42000000 errors in 4165456789 packets that it received since boot',
  ],
  [
    'interface_drops',
    'tx_dropped',
    10_000_000,
    'eth0 dropped 10000000 of 933456789 packets that it sent since boot (1.1 %)',
  ],
])('%s: a saved machine that counted many since boot', async (rule, counter, many, summary) => {
  const found = (value: number) => foundIn(rule, { [`${STATISTICS}/${counter}`]: () => `${value}\n` });
  expect(await found(many)).toMatchObject([{ severity: 'note', confidence: 'low', summary }]);
  expect(await found(many / 10)).toEqual([]);
});

test('interface_mtu: a saved machine with a veth pair of two sizes', async () => {
  const found = (bytes: number) => foundIn('interface_mtu', { 'sys/class/net/veth0/mtu': () => `${bytes}\n` });
  expect(await found(9000)).toMatchObject([
    { severity: 'warn', summary: 'the MTUs of the veth pair veth0 differ: veth1 has 1500 bytes, veth0 9000' },
  ]);
  expect(await found(1500)).toEqual([]);
});

const withoutDefault = {
  'proc/net/route': (was: string) => was.replace(/^\w+\t00000000\t.*\n/gm, ''),
  'proc/net/ipv6_route': (was: string) => was.replace(/^0{32} 00 .*\n/gm, ''),
};
const stubOf = (server: string) => ({ 'etc/resolv.conf': () => `nameserver ${server}\n` });

test('no_default_route: a saved machine without one', async () => {
  expect(await foundIn('no_default_route', withoutDefault)).toMatchObject([
    { summary: 'there is no default route, and eth0 is up with the address 192.168.7.20/24' },
  ]);
  expect(await foundIn('no_default_route', {})).toEqual([]);
});

test('resolver_route: a saved machine whose resolver is nowhere', async () => {
  expect(await foundIn('resolver_route', { ...withoutDefault, ...stubOf('203.0.113.53') })).toMatchObject([
    { severity: 'error', summary: 'no route leads to the DNS server 203.0.113.53' },
  ]);
  expect(await foundIn('resolver_route', stubOf('203.0.113.53'))).toEqual([]);
  expect(await foundIn('resolver_route', { ...withoutDefault, ...stubOf('192.168.7.53') })).toEqual([]);
});
