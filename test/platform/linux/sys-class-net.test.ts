import { describe, expect, test } from 'vitest';
import { isWireless, readInterfaceName, readSysClassNet } from '../../../src/platform/linux/sys-class-net.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

const interfaces = readSysClassNet(den);
const named = (name: string) => interfaces.find((row) => row.name === name)!;

describe('readSysClassNet', () => {
  test('lists folders by index', () => {
    expect(interfaces.map(({ index, name, kind }) => [index, name, kind])).toEqual([
      [1, 'lo', 'loopback'],
      [2, 'eth0', 'ethernet'],
      [3, 'wlan0', 'wifi'],
      [4, 'br0', 'bridge'],
      [5, 'veth1', 'veth'],
      [6, 'veth0', 'veth'],
      [7, 'tun0', 'tun'],
      [8, 'eth0.5', 'vlan'],
    ]);
  });

  test('reads every field', () => {
    expect(named('eth0')).toEqual({
      name: 'eth0',
      index: 2,
      kind: 'ethernet',
      state: 'up',
      ipv4: [],
      ipv6: [],
      mac: '52:54:00:12:34:56',
      mtu: 1500,
      speed_mbps: 1000,
      duplex: 'full',
      rx_bytes: 5123456789012,
      tx_bytes: 734567890123,
      rx_packets: 4123456789,
      tx_packets: 923456789,
      rx_errors: 3,
      tx_errors: 1,
      rx_dropped: 42,
      tx_dropped: 7,
      collisions: 5,
      multicast: 1200,
      flags: ['up', 'broadcast', 'running', 'multicast', 'lower_up'],
      master: null,
      parent: null,
      alias: 'uplink, rack 3',
      default_route: null,
    });
  });

  test('leaves null what is not there', () => {
    expect(named('wlan0')).toMatchObject({ speed_mbps: null, duplex: null, alias: null });
    expect(named('tun0')).toMatchObject({ mac: null, rx_bytes: null, state: 'unknown' });
  });

  test('finds what an interface belongs to and stands on', () => {
    expect(named('veth1')).toMatchObject({ master: 'br0', parent: 'veth0' });
    expect(named('veth0')).toMatchObject({ master: null, parent: 'veth1' });
    expect(named('eth0.5')).toMatchObject({ parent: 'eth0', flags: ['broadcast', 'multicast'] });
  });

  test('takes nothing from files that make no sense', () => {
    const [broken, ...others] = readSysClassNet(brokenDen);
    expect(others).toEqual([]);
    expect(broken).toEqual({
      ...Object.fromEntries(Object.keys(named('eth0')).map((field) => [field, null])),
      name: 'lo',
      index: 1,
      kind: 'other',
      state: 'unknown',
      ipv4: [],
      ipv6: [],
      flags: [],
      // the last three counters are whole numbers
      tx_dropped: 7,
      collisions: 8,
      multicast: 9,
    });
  });

  test.each([
    ['tap', { tun_flags: '0x1002' }],
    ['bond', { 'bonding/mode': 'balance-rr 0' }],
    ['wifi', { 'wireless/status': '0' }],
    ['wireguard', { uevent: 'DEVTYPE=wireguard\nINTERFACE=x0', type: '65534' }],
    ['ethernet', { 'device/vendor': '0x8086' }],
    // the peer is in another namespace
    ['veth', { iflink: '4711' }],
    ['other', {}],
  ])('knows %s by %o', (kind, files) => {
    const all = { ifindex: '9', iflink: '9', type: '1', ...files };
    const host = folderMachine(
      Object.fromEntries(Object.entries(all).map(([file, text]) => [`sys/class/net/x0/${file}`, `${text}\n`])),
    );
    expect(readSysClassNet(host)).toMatchObject([{ name: 'x0', kind, parent: null }]);
  });

  test('says so when there is no sysfs', () => {
    expect(() => readSysClassNet(folderMachine({}))).toThrow(/^interfaces cannot be read: ENOENT/);
  });
});

test('readInterfaceName finds a name by index', () => {
  expect([readInterfaceName(den, 7), readInterfaceName(den, 99), readInterfaceName(folderMachine({}), 1)]).toEqual([
    'tun0',
    null,
    null,
  ]);
});

test('an interface is wireless by its folder; one that is gone is not', () => {
  expect([isWireless(den, 'wlan0'), isWireless(den, 'eth0'), isWireless(den, 'gone')]).toEqual([true, false, false]);
});
