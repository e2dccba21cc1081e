import { describe, expect, test } from 'vitest';
import { parseLinkServers, readDnsServers } from '../../../src/platform/linux/dns-servers.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

const row = (addr: string, source: string, more = {}) => ({ addr, port: 53, iface: null, search: [], source, ...more });
const upstream = '/run/systemd/resolve/resolv.conf';

describe('readDnsServers', () => {
  test('looks behind systemd-resolved, and gives each link its own', () => {
    expect(readDnsServers(den, null)).toEqual({
      rows: [
        row('9.9.9.9', upstream, { search: ['home.arpa', 'corp.example'] }),
        row('10.8.0.1', '/run/systemd/resolve/netif/7', { port: 5353, iface: 'tun0', search: ['corp.example'] }),
        row('192.168.7.1', '/run/systemd/netif/links/2', { iface: 'eth0', search: ['home.arpa'] }),
        row('fd00:7::1', '/run/systemd/netif/links/2', { iface: 'eth0', search: ['home.arpa'] }),
      ],
      limits: [],
    });
  });

  test('keeps the stub where nothing tells what is behind it', () => {
    const host = folderMachine({ 'etc/resolv.conf': 'nameserver 127.0.0.53\nnameserver 127.0.0.1\n' });
    expect(readDnsServers(host, null).rows).toEqual([
      row('127.0.0.53', '/etc/resolv.conf'),
      row('127.0.0.1', '/etc/resolv.conf'),
    ]);
  });

  test("looks behind NetworkManager's dnsmasq", () => {
    const host = folderMachine({
      'etc/resolv.conf': 'nameserver 127.0.0.1\n',
      'run/NetworkManager/resolv.conf': 'nameserver 127.0.0.1\n',
      'run/NetworkManager/no-stub-resolv.conf': 'search lan\nnameserver 192.0.2.53\nnameserver 127.0.0.1\n',
    });
    expect(readDnsServers(host, null).rows).toEqual([
      row('192.0.2.53', '/run/NetworkManager/no-stub-resolv.conf', { search: ['lan'] }),
    ]);
  });

  test("does not take NetworkManager's servers for those of another resolver on the loopback interface", () => {
    const host = folderMachine({
      'etc/resolv.conf': 'nameserver 127.0.0.1\n',
      'run/NetworkManager/resolv.conf': 'nameserver 192.0.2.53\n',
      'run/NetworkManager/no-stub-resolv.conf': 'nameserver 192.0.2.53\n',
    });
    expect(readDnsServers(host, null).rows).toEqual([row('127.0.0.1', '/etc/resolv.conf')]);
  });

  test('looks behind dnsmasq', () => {
    const host = folderMachine({
      'etc/resolv.conf': 'nameserver ::1\n',
      'run/dnsmasq/resolv.conf': 'nameserver 192.0.2.53\n',
    });
    expect(readDnsServers(host, null).rows).toEqual([row('192.0.2.53', '/run/dnsmasq/resolv.conf')]);
  });

  test('lists the three servers that the C library asks, and says which it leaves out', () => {
    const text = [1, 2, 3, 4].map((last) => `nameserver 192.0.2.${last}`).join('\n');
    const { rows, limits } = readDnsServers(folderMachine({ 'etc/resolv.conf': text }), null);
    expect(rows.map(({ addr }) => addr)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(limits).toMatchObject([{ what: 'DNS server 192.0.2.4' }]);
  });

  test('names the interface of a zone', () => {
    const host = folderMachine({
      'etc/resolv.conf': 'nameserver fe80::1%2\nnameserver fe80::2%wlan0\nnameserver fe80::3%9\n',
      'sys/class/net/eth0/ifindex': '2\n',
    });
    expect(readDnsServers(host, null).rows.map(({ iface }) => iface)).toEqual(['eth0', 'wlan0', 'if9']);
  });

  test('says why there are none', () => {
    expect(readDnsServers(folderMachine({}), null)).toEqual({
      rows: [],
      limits: [{ what: 'DNS servers', why: '/etc/resolv.conf cannot be read; programs ask 127.0.0.1', remedy: null }],
    });
  });

  test('reads a broken file as far as it goes', () => {
    expect(readDnsServers(brokenDen, null).rows).toEqual([
      row('192.0.2.53', '/etc/resolv.conf', { search: ['home.arpa'] }),
    ]);
  });

  test('in another namespace reads its own file, and nothing of our stubs', () => {
    const lab: NetworkNamespace = { label: 'lab', inode: 1, enter: (inside) => inside(), close() {} };
    const host = folderMachine({
      'etc/resolv.conf': 'nameserver 127.0.0.53\n',
      'run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.53\n',
      'etc/netns/lab/resolv.conf': 'nameserver 192.0.2.7\n',
    });
    expect(readDnsServers(host, lab).rows).toEqual([row('192.0.2.7', '/etc/netns/lab/resolv.conf')]);
    expect(readDnsServers(host, { ...lab, label: 'other' }).rows).toEqual([row('127.0.0.53', '/etc/resolv.conf')]);
  });
});

describe('parseLinkServers', () => {
  test('leaves out domains that only route, and servers that make no sense', () => {
    expect(parseLinkServers('SERVERS=192.0.2.1 x [2001:db8::1]:853#dns.example\nDOMAINS=~. lan\n')).toEqual({
      servers: [
        { addr: '192.0.2.1', port: null, zone: null },
        { addr: '2001:db8::1', port: 853, zone: null },
      ],
      search: ['lan'],
    });
  });

  test('reads every prefix of a file', () => {
    const text = den.read('/run/systemd/resolve/netif/7');
    for (let end = 0; end <= text.length; end++)
      expect(parseLinkServers(text.slice(0, end)).servers.length).toBeLessThan(2);
  });
});
