import { expect, test } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import { parseTunName, readTunHolders } from '../../../src/platform/linux/tun-holders.ts';
import { badPrefix } from './text-prefixes.ts';

const FDINFO = 'pos:\t0\nflags:\t0104002\nmnt_id:\t23\nino:\t126\niff:\ttun0\n';
const stat = (pid: number, name: string, ticks: number): string =>
  `${pid} (${name}) S ${Array.from({ length: 18 }, () => 0).join(' ')} ${ticks} 0\n`;

interface Made {
  readonly name: string;
  readonly ticks: number;
  readonly namespace: string;
  /** Descriptors: what each is a link to, and for a tun device its fdinfo; null where they may not be read. */
  readonly descriptors: Readonly<Record<string, readonly [target: string, fdinfo?: string]>> | null;
}

function machine(processes: Readonly<Record<number, Made>>): Host {
  const failing = (code: string): never => {
    throw Object.assign(new Error(code), { code });
  };
  const linkIfAny = (file: string): string | null => {
    const [, pid, kind, rest] = /^\/proc\/(\d+)\/(\w+)\/?(.*)$/.exec(file) ?? [];
    const made = processes[Number(pid)];
    if (made === undefined) return null;
    if (kind === 'ns') return made.namespace;
    if (kind === 'exe') return `/usr/sbin/${made.name}`;
    return made.descriptors?.[rest!]?.[0] ?? null;
  };
  const readIfAny = (file: string): string | null => {
    if (file === '/proc/stat') return 'cpu 1\nbtime 1700000000\nx 1\n';
    const [, pid, kind, rest] = /^\/proc\/(\d+)\/(\w+)\/?(.*)$/.exec(file) ?? [];
    const made = processes[Number(pid)];
    if (made === undefined) return null;
    if (kind === 'stat') return stat(Number(pid), made.name, made.ticks);
    return kind === 'fdinfo' ? (made.descriptors?.[rest!]?.[1] ?? null) : null;
  };
  return {
    root: null,
    readIfAny,
    read: (file) => readIfAny(file) ?? failing('ENOENT'),
    list(folder) {
      if (folder === '/proc') return [...Object.keys(processes), 'net', '4'];
      const descriptors = processes[Number(folder.split('/')[2])]?.descriptors;
      if (descriptors === undefined) return failing('ENOENT');
      return descriptors === null ? failing('EACCES') : Object.keys(descriptors);
    },
    link: (file) => linkIfAny(file) ?? failing('ENOENT'),
    linkIfAny,
    run: () => Promise.reject(new Error('no commands')),
  };
}

const TUN = '/dev/net/tun';
const vpn: Made = {
  name: 'openvpn',
  ticks: 200,
  namespace: 'net:[1]',
  descriptors: { 0: ['/dev/null'], 5: [TUN, FDINFO], 6: [TUN, FDINFO.replace('tun0', 'tun1')], 7: [TUN, 'pos:\t0\n'] },
};

test('who holds a device, the one that started first before the others', () => {
  const host = machine({ 10: vpn, 30: { ...vpn, name: 'child', ticks: 100, descriptors: { 3: [TUN, FDINFO] } } });
  const { byDevice, isPartial } = readTunHolders(host, 'net:[1]');
  expect(isPartial).toBe(false);
  expect([...byDevice]).toEqual([
    [
      'tun0',
      [
        { pid: 30, name: 'child', started: '2023-11-14T22:13:21.000Z' },
        { pid: 10, name: 'openvpn', started: '2023-11-14T22:13:22.000Z' },
      ],
    ],
    ['tun1', [{ pid: 10, name: 'openvpn', started: '2023-11-14T22:13:22.000Z' }]],
  ]);
});

test('a device of the same name in another namespace is another one', () => {
  expect(readTunHolders(machine({ 10: vpn }), 'net:[2]').byDevice.size).toBe(0);
});

test('what may not be read is told', () => {
  expect(readTunHolders(machine({ 10: { ...vpn, descriptors: null } }), 'net:[1]')).toEqual({
    byDevice: new Map(),
    isPartial: true,
  });
});

test('fdinfo survives every cut', () => {
  expect(parseTunName(FDINFO)).toBe('tun0');
  expect(parseTunName('iff:\t\n')).toBeNull();
  expect(badPrefix(FDINFO, (text) => (parseTunName(text) === null ? [] : [parseTunName(text)]))).toBeNull();
});
