import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { connectFailure, hereFailure, isBroadcast, socketFailure } from '../../../src/platform/probe/local-fault.ts';
import { requestFailure } from '../../../src/platform/probe/open-requests.ts';
import { CannotAsk } from '../../../src/platform/probe/resolve-host.ts';

const at = (addr: string) => ({ addr, zone: '', zoneIndex: 0 });
const failed = (code: string, errno: number) => Object.assign(new Error(`connect ${code}`), { code, errno });
const NET = failed('ENETUNREACH', -101);

test('what a router may have said counts as ours only where there is no route', async () => {
  // there is a route to the loopback, so somebody else says so
  const theirs = await connectFailure(NET, at('127.0.0.1'));
  expect([theirs instanceof CannotAsk, theirs.message]).toEqual([false, 'network is unreachable']);
  // the system itself sends nothing to all hosts of a link
  const ours = await connectFailure(NET, at('255.255.255.255'));
  expect(ours).toBeInstanceOf(CannotAsk);
  const files = await connectFailure(failed('EMFILE', -24), at('127.0.0.1'));
  expect([files instanceof CannotAsk, files.message]).toEqual([true, 'too many open files']);
  const refused = await connectFailure(failed('ECONNREFUSED', -111), at('127.0.0.1'));
  expect([refused instanceof CannotAsk, refused.message]).toEqual([false, 'connection refused']);
});

test('a call that asks nobody is ours; one to which others report is so only when that is sure', () => {
  expect(hereFailure(NET, at('192.0.2.1'))).toBeInstanceOf(CannotAsk);
  expect(socketFailure(NET, at('192.0.2.1'))).not.toBeInstanceOf(CannotAsk);
  expect(socketFailure(failed('EPERM', -1), at('192.0.2.1'))).toBeInstanceOf(CannotAsk);
  expect(hereFailure(failed('ECONNREFUSED', -111), at('192.0.2.1'))).not.toBeInstanceOf(CannotAsk);
});

test('the address of all hosts of a network', () => {
  const here = [
    { address: '192.0.2.1', netmask: '255.255.255.0', family: 'IPv4' as const },
    { address: '10.1.2.3', netmask: '255.255.240.0', family: 'IPv4' as const },
    { address: '198.51.100.0', netmask: '255.255.255.254', family: 'IPv4' as const },
    { address: '203.0.113.7', netmask: '255.255.255.255', family: 'IPv4' as const },
    { address: 'fd00::1', netmask: 'ffff:ffff:ffff:ffff::', family: 'IPv6' as const },
  ];
  const are = (...addrs: readonly string[]) => addrs.map((addr) => isBroadcast(addr, here));
  expect(are('192.0.2.255', '10.1.15.255', '255.255.255.255')).toEqual([true, true, true]);
  // others of the networks, point-to-point links (RFC 3021), single addresses, IPv6
  expect(are('192.0.2.254', '192.0.3.255', '10.1.2.255', '10.1.16.255', '198.51.100.1', '203.0.113.7')).toEqual(
    Array.from({ length: 6 }, () => false),
  );
  expect(are('ff02::1', 'fd00::1', 'localhost')).toEqual([false, false, false]);
});

test('a request that this machine did not send, or its firewall refused', () => {
  const silence = { rttMs: null, error: null, from: null, errorMs: null, cause: null, mtu: null, fault: null };
  const why = (changes: object, addr = '192.0.2.1') =>
    requestFailure({ ...silence, ...changes }, at(addr))?.message ?? null;
  const own = Object.values(networkInterfaces()).flatMap((of) => of ?? [])[0]!.address;
  expect(why({})).toBeNull();
  expect(why({ fault: 'EPERM', error: 'x' })).toBe('a firewall of this machine refuses to send');
  expect(why({ error: 'port unreachable', from: own })).toBe('a firewall of this machine refuses: port unreachable');
  // nobody answers on the link: this machine says so of another
  expect(why({ error: 'host unreachable', from: own })).toBeNull();
  expect(why({ error: 'port unreachable', from: '192.0.2.254' })).toBeNull();
  expect(why({ error: 'port unreachable', from: own }, own)).toBeNull();
  expect(why({ error: 'port unreachable' })).toBeNull();
  expect(why({ from: own })).toBeNull();
});
