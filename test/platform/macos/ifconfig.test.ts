import { describe, expect, test } from 'vitest';
import { parseIfconfig } from '../../../src/platform/macos/ifconfig.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const COMMAND = 'ifconfig -av';

/** An interface with these lines below its first. */
function details(...lines: readonly string[]) {
  return parseIfconfig(`en9: flags=8863<UP> mtu 1500 index 9\n${lines.map((line) => `\t${line}\n`).join('')}`)[0]!;
}

describe('a whole listing', () => {
  const interfaces = parseIfconfig(outputOf(COMMAND));
  const named = (name: string) => interfaces.find((one) => one.name === name);

  test('every interface, by name and index', () => {
    expect(interfaces.map(({ name, index }) => `${name} ${index}`)).toEqual([
      'lo0 1',
      'gif0 2',
      'stf0 3',
      'en1 9',
      'bridge0 11',
      'en0 14',
      'ap1 15',
      'awdl0 16',
      'utun0 18',
      'utun3 19',
      'en5 20',
      'en7 21',
      'vlan0 22',
      'feth0 23',
    ]);
  });

  test('Wi-Fi', () => {
    expect(named('en0')).toEqual({
      name: 'en0',
      index: 14,
      flags: ['up', 'broadcast', 'smart', 'running', 'simplex', 'multicast'],
      mtu: 1500,
      mac: '00:00:5e:00:53:17',
      ipv4: ['192.168.1.23/24'],
      ipv6: ['fe80::1c2d:3eff:fe4f:5061/64', '2001:db8:1:2:1c2d:3eff:fe4f:5061/64', '2001:db8:1:2::beef/64'],
      type: 'Wi-Fi',
      active: true,
      speedMbps: 866.7,
      duplex: null,
      members: [],
      parent: null,
      description: null,
    });
  });

  test('Ethernet with a link', () => {
    expect(named('en7')).toMatchObject({ ipv4: ['172.20.3.9/20'], active: true, speedMbps: 1000, duplex: 'full' });
  });

  test('Ethernet without a link', () => {
    expect(named('en5')).toMatchObject({ active: false, speedMbps: null, duplex: null, type: 'USB Ethernet' });
  });

  test('a tunnel', () => {
    expect(named('utun3')).toMatchObject({ ipv4: ['10.8.0.6/32'], mac: null, active: null, description: 'Work VPN' });
  });

  test('a bridge, a VLAN and a pair', () => {
    expect(named('bridge0')?.members).toEqual(['en1']);
    expect(named('vlan0')?.parent).toBe('en7');
    expect(named('feth0')?.parent).toBe('feth1');
  });

  test('no flags are an empty list', () => {
    expect(named('stf0')?.flags).toEqual([]);
  });
});

describe('media', () => {
  test.each([
    ['autoselect', null, null],
    ['autoselect (none)', null, null],
    ['<unknown type>', null, null],
    ['autoselect (1000baseT <full-duplex>)', 1000, 'full'],
    ['autoselect (100baseTX <half-duplex>)', 100, 'half'],
    ['1000baseT (100baseTX <full-duplex,flow-control>)', 100, 'full'],
    ['autoselect (2500Base-T <full-duplex>)', 2500, 'full'],
    ['autoselect (10Gbase-T <full-duplex>)', 10_000, 'full'],
    ['10baseT/UTP <half-duplex>', 10, 'half'],
  ])('%s', (media, speedMbps, duplex) => {
    expect(details(`media: ${media}`)).toMatchObject({ speedMbps, duplex });
  });
});

describe('rates', () => {
  test.each([
    ['link rate: 1.00 Gbps', 1000],
    ['uplink rate: 88.31 Mbps [eff] / 146.08 Mbps', 146.08],
    ['uplink rate: 88.31 Mbps [eff] / 50.00 Mbps [tbr] / 146.08 Mbps [max]', 146.08],
    ['link rate: 512.00 Kbps', 0.51],
    ['downlink rate: 88.31 Mbps', null],
    ['link rate: fast', null],
  ])('%s', (line, speedMbps) => {
    expect(details(line).speedMbps).toBe(speedMbps);
  });
});

describe('hostile lines', () => {
  test.each([
    'inet',
    'inet 10.0.0.1',
    'inet 10.0.0.1 netmask',
    'inet 10.0.0.1 netmask 0xfffffffff',
    'inet 300.0.0.1 netmask 0xff000000',
    'inet6 ::1',
    'inet6 ::g prefixlen 64',
    'ether 00:00',
    'vlan: 0 parent interface: <none>',
    'peer: <none>',
    'bond interfaces: <none>',
  ])('%s adds nothing', (line) => {
    expect(details(line)).toEqual(details());
  });

  test('a heading without an index starts no interface, and takes no details', () => {
    const text = 'lo0: flags=8049<UP> mtu 16384 index 1\nen0: flags=8863<UP> mtu 1500\n\tether 00:00:5e:00:53:01\n';
    expect(parseIfconfig(text)).toMatchObject([{ name: 'lo0', mac: null }]);
  });

  test('bond members', () => {
    expect(details('bond interfaces: en5 en6').members).toEqual(['en5', 'en6']);
  });
});

test('a listing cut anywhere keeps the interfaces before', () => {
  expectCutsToKeepRows(outputOf(COMMAND), parseIfconfig, 1);
  expect(parseIfconfig(outputOf(COMMAND, BROKEN)).map(({ name }) => name)).toEqual([
    'lo0',
    'gif0',
    'stf0',
    'en1',
    'bridge0',
    'en0',
    'ap1',
    'awdl0',
  ]);
});
