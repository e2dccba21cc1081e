import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { arpaLabels } from '../../../src/core/redact/arpa-names.ts';
import { KEY_BYTES, keyFor, keyOf } from '../../../src/core/redact/redact-key.ts';
import { redactAddress, redactMac, redactName } from '../../../src/core/redact/redact-text.ts';
import type { RedactWord } from '../../../src/core/redact/redact-words.ts';
import { Redaction } from '../../../src/core/redact/redaction.ts';
import { octets } from '../../support/headers.ts';

const KEY = new Uint8Array(KEY_BYTES).fill(9);
const under = (...words: readonly RedactWord[]): Redaction => new Redaction(words, KEY);
const all = under('ips', 'hosts', 'macs', 'payload');

describe('keys', () => {
  test('32 bytes, 64 digits, or a text, whose end of line does not count', () => {
    expect(keyOf(KEY)).toEqual(KEY);
    expect(keyOf(Buffer.from(`${Buffer.from(KEY).toString('hex')}\n`))).toEqual(KEY);
    const text = keyOf(Buffer.from('a pass phrase\r\n'))!;
    expect(text).toHaveLength(KEY_BYTES);
    expect(keyOf(Buffer.from('a pass phrase'))).toEqual(text);
    expect(keyOf(Buffer.from('another phrase'))).not.toEqual(text);
    expect([keyOf(Buffer.from('short')), keyOf(new Uint8Array(0))]).toEqual([null, null]);
  });
  test('each use has its own', () => expect(keyFor('names', KEY)).not.toEqual(keyFor('macs', KEY)));
});

describe('MAC addresses', () => {
  const macOf = (text: string, by = all): string => redactMac(text, by);
  test.each([
    '00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff',
    '01:80:c2:00:00:0e',
    '33:33:00:00:00:fb',
    '01:00:5e:00:00:fb',
    '01:00:0c:cc:cc:cc',
  ])('%s is everybody’s, and stays', (text) => expect(macOf(text)).toBe(text));
  test('others are locally administered; groups stay groups', () => {
    expect(Number.parseInt(macOf('00:1b:21:ca:4a:7e').slice(0, 2), 16) & 3).toBe(2);
    expect(Number.parseInt(macOf('33:33:ff:12:34:56').slice(0, 2), 16) & 1).toBe(1);
    expect(macOf('00:1b:21:ca:4a:7e')).toBe(macOf('00-1B-21-CA-4A-7E'));
    expect(macOf('00:1b:21:ca:4a:7e')).not.toBe(macOf('00:1b:21:ca:4a:7f'));
  });
  test('without macs only those that are made of an address of IP', () => {
    expect(macOf('00:1b:21:ca:4a:7e', under('ips'))).toBe('00:1b:21:ca:4a:7e');
    expect(macOf('33:33:ff:12:34:56', under('ips'))).not.toBe('33:33:ff:12:34:56');
    expect(macOf('01:00:5e:12:34:56', under('ips'))).not.toBe('01:00:5e:12:34:56');
    expect(macOf('01:00:5e:12:34:56', under('hosts'))).toBe('01:00:5e:12:34:56');
  });
  test('in an address of IPv6 it becomes the other one, where addresses stay', () => {
    const bytes = Uint8Array.from(octets('fe80000000000000021b21fffeca4a7e'));
    under('macs').ip6(bytes, 0);
    const made = macOf('00:1b:21:ca:4a:7e')
      .split(':')
      .map((one) => Number.parseInt(one, 16));
    expect([...bytes.subarray(8)]).toEqual([made[0]! ^ 2, made[1], made[2], 0xff, 0xfe, made[3], made[4], made[5]]);
    const other = Uint8Array.from(octets('fe80000000000000 0000000000000001'));
    under('macs').ip6(other, 0);
    expect(other[15]).toBe(1);
  });
});

test('what a solicited-node group has of a MAC address goes with it, and other groups stay', () => {
  const macs = under('macs');
  const group = redactAddress('ff02::1:ff33:4455', macs);
  expect(group).toMatch(/^ff02::1:ff/);
  expect(group).not.toBe('ff02::1:ff33:4455');
  const ethernet = Uint8Array.of(0x33, 0x33, 0xff, 0x33, 0x44, 0x55);
  macs.mac(ethernet, 0);
  expect(Buffer.from(ethernet.subarray(3)).toString('hex')).toBe(
    Buffer.from(parseIp(group)!.bytes.subarray(13)).toString('hex'),
  );
  for (const other of ['ff02::1', 'ff02::fb', 'ff05::1:ff33:4455', '2001:db8::1:ff33:4455'])
    expect(redactAddress(other, macs)).toBe(other);
  expect(redactAddress('ff02::1:ff33:4455', under('hosts'))).toBe('ff02::1:ff33:4455');
});

describe('names', () => {
  const nameOf = (text: string, by = all): string => redactName(text, by);
  test('labels keep their lengths, and suffixes are shared', () => {
    const [one, other] = [nameOf('www.example.com'), nameOf('mail.EXAMPLE.com')];
    expect(one).toMatch(/^[a-z][a-z0-9]{2}\.[a-z][a-z0-9]{6}\.[a-z][a-z0-9]{2}$/);
    expect(one.split('.').slice(1)).toEqual(other.split('.').slice(1));
    expect(nameOf('_http._tcp.local')).toMatch(/^[a-z][a-z0-9]{4}\._tcp\.local$/);
    expect(nameOf('x'.repeat(63))).toMatch(/^[a-z][a-z0-9]{62}$/);
  });
  test('names of addresses become those of the other addresses', () => {
    const [a, b, c, d] = redactAddress('93.184.216.34', all).split('.');
    expect(nameOf('34.216.184.93.in-addr.arpa')).toBe(`${d}.${c}.${b}.${a}.in-addr.arpa`);
    expect(nameOf('216.184.93.in-addr.arpa')).toBe(`${c}.${b}.${a}.in-addr.arpa`);
  });
  test('labels among the numbers of an address are names, and addresses in names are those elsewhere', () => {
    const hosts = under('hosts');
    expect(nameOf('34.216.184.93.in-addr.arpa', hosts)).toBe('34.216.184.93.in-addr.arpa');
    expect(nameOf('secret.0-63.184.93.in-addr.arpa', hosts)).toMatch(
      /^[a-z][a-z0-9]{5}\.[a-z][a-z0-9]{3}\.184\.93\.in-addr\.arpa$/,
    );
    expect(nameOf('secret.corp.ip6.arpa', hosts)).not.toMatch(/secret|corp/);
    expect(nameOf('secret.93.in-addr.arpa', under('macs'))).toBe('secret.93.in-addr.arpa');
    const macs = under('macs');
    const reversed = (text: string): string =>
      [...Buffer.from(parseIp(text)!.bytes).toString('hex')].reverse().join('.');
    const of = 'fe80::211:22ff:fe33:4455';
    expect(nameOf(`${reversed(of)}.ip6.arpa`, macs)).toBe(`${reversed(redactAddress(of, macs))}.ip6.arpa`);
    expect(redactAddress(of, macs)).not.toContain('4455');
  });
  test.each([
    ['macs', 'b.a.9.1.0.0.2.ip6.arpa'],
    ['hosts', 'mail.7.198.91.in-addr.arpa'],
    ['hosts', '7.7.198.91.in-addr.arpa'],
    ['hosts', '_dns-sd._udp.0.7.198.91.in-addr.arpa'],
    ['macs', '5.5.4.4.3.3.e.f.f.f.2.2.1.1.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa'],
  ] as const)('under %s, %s is the same in a frame and in a record', (word, name) => {
    const by = under(word);
    const labels = arpaLabels(name.split('.'), by)!;
    expect(labels.map((one) => Buffer.from(one).toString()).join('.')).toBe(nameOf(name, by));
  });
  test('without hosts, only labels in which an address may be written', () => {
    const ips = under('ips');
    expect(nameOf('www.example.com', ips)).toBe('www.example.com');
    expect(nameOf('ip-10-0-0-1.example.com', ips)).toMatch(/^[a-z][a-z0-9]{10}\.example\.com$/);
    expect(nameOf('deadbeef.example', ips)).not.toMatch(/deadbeef/);
    expect(nameOf('ip-10-0-0-1.example', under('payload'))).toBe('ip-10-0-0-1.example');
  });
});

test('addresses as text: blocks stay blocks, zones go', () => {
  expect(redactAddress('fe80::1%eth0', all)).not.toContain('%');
  expect(redactAddress('93.184.216.0/24', all)).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
  expect(redactAddress('93.184.216.0/24', all).split('.').slice(0, 3)).toEqual(
    redactAddress('93.184.216.77', all).split('.').slice(0, 3),
  );
  expect(redactAddress('93.184.216.34/24', all)).toBe(`${redactAddress('93.184.216.34', all)}/24`);
  expect(redactAddress('0.0.0.0/0', all)).toBe('0.0.0.0/0');
  expect(redactAddress('printer', all)).toMatch(/^[a-z][a-z0-9]{6}$/);
});
