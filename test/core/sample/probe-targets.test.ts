import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { parseTarget, withFamily } from '../../../src/core/health/target.ts';
import { settleTargets, targetsOf } from '../../../src/core/sample/probe-targets.ts';
import type { Platform } from '../../../src/core/system/platform.ts';
import { fakePlatform, interfaceOf } from '../../support/fake-platform.ts';

const route = (family: 'ipv4' | 'ipv6', gateway: string | null, iface: string | null = 'eth0', dst = 'default') => ({
  ...{ family, dst, gateway, iface, table: 'main', metric: 100 },
});
const server = (addr: string) => ({ addr, port: 53, iface: 'eth0', search: [], source: 'test' });
const machine = (routes: readonly object[], servers: readonly object[] = []): Platform => ({
  ...fakePlatform(
    [],
    [[interfaceOf({ name: 'lo', index: 1 }), interfaceOf({ index: 2 }), interfaceOf({ name: 'br-lan', index: 30 })]],
  ),
  readRoutes: async () => ({ rows: routes as never, limits: [] }),
  readDnsServers: async () => ({ rows: servers as never, limits: [] }),
});
const shown = async (words: readonly string[], platform: Platform, family: 4 | 6 | null = null) =>
  (await targetsOf(words, platform, family)).map(({ text, host, missing }) => [text, missing ?? host]);

test('gateway: the first of each family, or of one', async () => {
  const both = machine([route('ipv6', 'fe80::1'), route('ipv4', '192.0.2.1'), route('ipv4', '192.0.2.2')]);
  expect(await shown(['gateway'], both)).toEqual([
    ['gateway', '192.0.2.1'],
    ['gateway', 'fe80::1%eth0'],
  ]);
  expect(await shown(['gateway'], both, 4)).toEqual([['gateway', '192.0.2.1']]);
  expect(await shown(['gateway'], both, 6)).toEqual([['gateway', 'fe80::1%eth0']]);
});

test('without one it is a target that says why', async () => {
  const why = async (platform: Platform, family: 4 | 6 | null = null) =>
    (await shown(['gateway'], platform, family))[0]![1];
  expect(await why(machine([]))).toBe('this machine has no default route');
  expect(await why(machine([route('ipv4', '192.0.2.1', 'eth0', '198.51.100.0/24')]))).toBe(
    'this machine has no default route',
  );
  expect(await why(machine([route('ipv4', '192.0.2.1')]), 6)).toBe('this machine has no default route of IPv6');
  const direct = machine([route('ipv4', null, 'ppp0')]);
  expect(await why(direct)).toBe('the default route has no gateway: it leads straight to ppp0');
  expect(await why(direct, 4)).toBe('the default route of IPv4 has no gateway: it leads straight to ppp0');
  expect(await why(direct, 6)).toBe('this machine has no default route of IPv6');
  expect(await why(machine([route('ipv6', null, 'lo')]))).toBe('this machine has no default route');
  expect(await why(machine([route('ipv6', null, null)]))).toBe('this machine has no default route');
});

test('dns: those of a family; without words what there is, and with nothing both', async () => {
  const both = machine([], [server('192.0.2.53'), server('fe80::53'), server('2001:db8::53')]);
  expect((await shown(['dns'], both)).map(([, host]) => host)).toEqual(['192.0.2.53', 'fe80::53%eth0', '2001:db8::53']);
  expect((await shown(['dns'], both, 4)).map(([, host]) => host)).toEqual(['192.0.2.53']);
  expect((await shown(['dns'], both, 6)).map(([, host]) => host)).toEqual(['fe80::53%eth0', '2001:db8::53']);
  expect(await shown(['dns'], machine([], [server('192.0.2.53')]), 6)).toEqual([
    ['dns', 'this machine has no name server of IPv6'],
  ]);
  expect((await shown([], both)).map(([text]) => text).at(-1)).toBe('dns:///a.root-servers.net');
  expect((await shown([], both)).some(([text]) => text === 'gateway')).toBe(false);
  expect((await shown([], machine([]))).map(([text]) => text)).toEqual(['gateway', 'dns']);
});

const failureOf = async (text: string, family: 4 | 6 | null = null): Promise<Failure> => {
  const failed: unknown = await settleTargets([parseTarget(text)], machine([]), family).then(
    () => null,
    (error) => error,
  );
  if (!(failed instanceof Failure)) throw new Error(`${text} is no failure`);
  return failed;
};

test.each([
  ['icmp://[fe80::1%eth0]', 'fe80::1%eth0'],
  ['tcp://[fe80::1%30]:80', 'fe80::1%30'],
  ['http://[fe80::1%25eth0]/', 'fe80::1%eth0'],
  ['tls://[fe80::1%2530]:443', 'fe80::1%30'],
  ['trace://[fe80::1%br-lan]', 'fe80::1%br-lan'],
  ['fe80::1', 'fe80::1'],
  ['example.org', 'example.org'],
])('%s goes out by an interface that exists', async (text, host) => {
  expect((await settleTargets([parseTarget(text)], machine([])))[0]!.host).toBe(host);
});

test.each([
  ['icmp://[fe80::1%eth1]', 'no interface eth1 on this machine', 'did you mean fe80::1%eth0?', 'eth1'],
  ['mtu://[fe80::1%br-lam]', 'no interface br-lam on this machine', 'did you mean fe80::1%br-lan?', 'br-lam'],
  ['tcp://[fe80::1%3]:80', 'no interface 3 on this machine', 'interfaces: lo eth0 br-lan', '3'],
  ['dns://[fe80::1%25nowhere]/x', 'no interface 25nowhere on this machine', 'interfaces: lo eth0 br-lan', '25nowhere'],
])('%s does not', async (text, message, hint, marked) => {
  const { exit, message: said, hint: hinted, place } = await failureOf(text);
  expect({ exit, said, hinted }).toEqual({ exit: 64, said: message, hinted: hint });
  expect(text.slice(place!.column, place!.column + place!.length)).toBe(marked);
});

test('one family: names and addresses of it, and no others', async () => {
  const all = ['example.org', '192.0.2.1', 'tcp://[2001:db8::1]:80', 'dns:///example.org'].map(parseTarget);
  const [name, v4, v6, system] = all;
  expect(withFamily(name!, 6)).toEqual({ ...name, family: 6 });
  expect(withFamily(v4!, 4)).toEqual({ ...v4, family: 4 });
  expect(withFamily(system!, 4)).toEqual({ ...system, family: 4 });
  expect(await settleTargets([name!, v6!], machine([]), 6)).toEqual([
    { ...name, family: 6 },
    { ...v6, family: 6 },
  ]);
  expect(await settleTargets(all, machine([]))).toEqual(all);
  for (const [text, family, host] of [
    ['tcp://[2001:db8::1]:80', 4, '2001:db8::1'],
    ['192.0.2.1', 6, '192.0.2.1'],
    ['icmp://[fe80::1%eth0]', 4, 'fe80::1%eth0'],
  ] as const) {
    const { exit, message, hint, place } = await failureOf(text, family);
    expect({ exit, message }).toEqual({ exit: 64, message: `${host} is no address of IPv${family}` });
    expect(hint).toBe(`-${family === 4 ? 6 : 4}, or a name in place of the address`);
    expect(text.slice(place!.column, place!.column + place!.length)).toBe(host);
  }
});
