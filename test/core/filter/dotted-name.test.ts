import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { expert } from '../../../src/core/record/tables/expert.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { EXPERTS } from '../../../src/core/wire/expert.ts';
import { failureOf } from './failing.ts';

/** A word that is no field, and the name that is suggested for it. */
const NO_FIELDS: readonly (readonly [string, string | null])[] = [
  ['http.requst', 'http.request'],
  ['HTTP.Requst', 'http.request'],
  ['http.hots', 'http.host'],
  ['http.keepalive', 'http'],
  ['tls.handshak', 'tls.handshake'],
  ['tls.handshake.extensions_server_nam', 'tls.handshake.extensions_server_name'],
  ['ssl.handshake', 'tls.handshake'],
  ['ssl.record.version', 'tls'],
  ['bootp.option', 'dhcp'],
  ['frame.tim', 'frame.len'],
  ['_ws.col.info', null],
  ['dns.qry.names', 'dns.qry.name'],
  ['dns.flags.tc', 'dns.flags.z'],
  ['dns.flags.rcod', 'dns.flags.rcode'],
  ['ip.checksum', 'ip'],
  ['ip.sorce', 'ip.src'],
  ['vlan.idd', 'vlan.id'],
  ['tcp.prot', 'tcp.port'],
  ['tpc.port', 'tcp.port'],
  ['tcp.analysis.retransmision', 'tcp.analysis.retransmission'],
  ['tcp.analysis.flag', 'tcp.analysis.flags'],
  ['tcp.flags.sym', 'tcp.flags.syn'],
  ['icmp.unreachible', 'icmp.unreachable'],
  ['wlan.mgtt', 'wlan.mgt'],
];

const EMPTY = unknownRow(packet);

describe.each(NO_FIELDS)('%s', (word, near) => {
  test('is no field of packets', () => {
    const { message, hint } = failureOf(() => compilePacketFilter(word));
    expect(message).toBe(`unknown field "${word}" in the packet filter`);
    const search = `to search for the text: contains "${word}"`;
    expect(hint).toBe(near === null ? search : `did you mean ${near}? ${search}`);
  });

  test('can be searched for in quotes', () => {
    expect(() => compilePacketFilter(`contains "${word}" or "${word}"`)).not.toThrow();
  });
});

test('in filters over other records, too, a dotted name is no text to search for', () => {
  const { message, hint } = failureOf(() => compileFilter('tcp and http.request', conn));
  expect(message).toBe('unknown field "http.request" in the conn filter');
  expect(hint).toBe('did you mean http? to search for the text: contains "http.request"');
  expect(failureOf(() => compileFilter('tcp.analysis.retransmision', conn)).hint).toMatch(/^did you mean tcp\?/);
  expect(failureOf(() => compileFilter('tcp.analysis.retransmision', expert)).hint).toMatch(
    /^did you mean tcp\.analysis\.retransmission\?/,
  );
});

test.each([
  'dns.google',
  'dns.quad9.net',
  'smtp.gmail.com',
  'ntp.pool.example',
  'irc.libera.chat',
  'http.debian.net',
  'redis.default.svc.cluster.local',
  'ip.me',
  'frame.io',
  'ssl.com',
  'ntp.go.id',
  'ssh.service',
  'mysql.cnf',
  'example.com',
  'www.google.com',
  'nginx.conf',
  'app.src',
  'tcp.',
  '.tcp',
  'v1.2.3',
  '_ldap._tcp.dc._msdcs.example.org',
])('%s is searched for', (word) => {
  const row = { ...EMPTY, info: `GET http://${word.toUpperCase()}/` };
  expect(compileFilter(word, packet).matches(row)).toBe(true);
  expect(compileFilter(word, packet).matches(EMPTY)).toBe(false);
  expect(() => compilePacketFilter(word)).not.toThrow();
  expect(() => compileFilter(word, conn)).not.toThrow();
});

test.each([...EXPERTS.map(({ id }) => id), 'wlan.mgt', 'tcp.segments', 'capwap.data', 'frame.comment'])(
  '%s is known to filters of packets and of records',
  (word) => {
    expect(() => compilePacketFilter(word)).not.toThrow();
    expect(() => compileFilter(word, packet)).not.toThrow();
  },
);

test.each(EXPERTS.map(({ id }) => id))('%s is found in records of experts', (id) => {
  const row = { id, severity: 'note', group: 'sequence', summary: '', packets: 1, first_packet: 1 };
  expect(compileFilter(id, expert).matches(row)).toBe(true);
});

test('an alias alone asks whether the packet has the field', () => {
  expect(compileFilter('frame.comment', packet).matches({ ...EMPTY, comment: 'here' })).toBe(true);
  expect(compileFilter('frame.comment', packet).matches({ ...EMPTY, info: 'frame.comment' })).toBe(false);
});
