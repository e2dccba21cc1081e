import { expect, test } from 'vitest';
import { parseFibTrie, placeAddresses } from '../../../src/platform/linux/proc-net-fib-trie.ts';
import { parseProcRoute } from '../../../src/platform/linux/proc-net-route.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const text = den.read('/proc/net/fib_trie');
const local = ['10.8.0.6', '10.11.1.5', '127.0.0.1', '172.18.0.1', '192.168.7.20', '203.0.113.77'];

test('finds the addresses of the machine, each once', () => expect(parseFibTrie(text)).toEqual(local));

test('skips broken leaves', () => expect(parseFibTrie(brokenDen.read('/proc/net/fib_trie'))).toEqual(['10.8.0.6']));

test('survives every cut', () => expect(badPrefix(text, parseFibTrie)).toBeNull());

test('places addresses by the narrowest network on a link, and leaves out one that is on none', () => {
  expect(placeAddresses(local, parseProcRoute(den.read('/proc/net/route')))).toEqual([
    { iface: 'tun0', cidr: '10.8.0.6/24' },
    { iface: 'wlan0', cidr: '10.11.1.5/22' },
    { iface: 'lo', cidr: '127.0.0.1/8' },
    { iface: 'br0', cidr: '172.18.0.1/16' },
    { iface: 'eth0', cidr: '192.168.7.20/24' },
  ]);
});
