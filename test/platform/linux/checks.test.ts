import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/core/system/platform.ts';
import { readChecks } from '../../../src/platform/linux/checks.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { folderMachine } from './folder-machine.ts';

const root = process.getuid?.() === 0;
const sudo = root ? '' : 'sudo ';

async function checksOf(files: Readonly<Record<string, string>>): Promise<(name: string) => Check> {
  const checks = await readChecks(folderMachine(files));
  return (name) => checks.find((check) => check.name === name)!;
}

describe('readChecks', () => {
  test('finds everything on a machine that has it', async () => {
    const check = await checksOf({
      'proc/self/status': 'CapEff:\t000001ffffffffff\n',
      'proc/self/mounts': 'tracefs /sys/kernel/tracing tracefs rw,nosuid 0 0\n',
      'sys/kernel/btf/vmlinux': '',
      'run/tcpdump --version': 'tcpdump version 4.99.3\nlibpcap version 1.10.3\n',
      'run/dumpcap --version': 'Dumpcap (Wireshark) 4.0.17\n',
      'run/bpftrace --version': 'bpftrace v0.17.0\n',
    });
    expect(check('processes')).toEqual({ name: 'processes', status: 'ok', detail: 'of every user', remedy: null });
    expect(check('tcpdump')).toEqual({ name: 'tcpdump', status: 'ok', detail: 'tcpdump version 4.99.3', remedy: null });
    expect(check('tracefs')).toMatchObject({ status: 'ok', detail: 'mounted at /sys/kernel/tracing' });
    for (const name of ['namespaces', 'capture', 'ping', 'dumpcap', 'bpftrace', 'btf'])
      expect(check(name)).toMatchObject({ status: 'ok' });
  });

  test('names one command for what is missing', async () => {
    const check = await checksOf({ 'usr/bin/apt-get': '' });
    expect(check('dumpcap')).toMatchObject({ status: 'missing', remedy: `${sudo}apt-get install -y wireshark-common` });
    expect(check('bpftrace')).toMatchObject({ status: 'missing', remedy: `${sudo}apt-get install -y bpftrace` });
    expect(check('tracefs')).toMatchObject({
      status: 'missing',
      remedy: `${sudo}mount -t tracefs tracefs /sys/kernel/tracing`,
    });
    expect(check('btf')).toMatchObject({ status: 'missing', remedy: null });
    // root without a capability was denied it from outside
    expect(check('capture')).toMatchObject({ status: 'missing', remedy: null });
    expect(check('processes')).toMatchObject({ status: 'limited', remedy: root ? null : 'sudo netwatch conns' });
  });

  test('tells of a /proc that is not there, but not of a folder that lacks it', async () => {
    const folder = folderMachine({});
    const none = await readChecks({ ...folder, root: null });
    expect(none.find(({ name }) => name === 'processes')).toEqual({
      name: 'processes',
      status: 'missing',
      detail: '/proc is not mounted: neither processes nor what this user may do can be read',
      remedy: `${sudo}mount -t proc proc /proc`,
    });
    const there = await readChecks({ ...folderMachine({ 'proc/self/stat': '1 (x)' }), root: null });
    expect(there.find(({ name }) => name === 'processes')).toMatchObject({ status: 'limited' });
    expect((await checksOf({}))('processes')).toMatchObject({ status: 'limited' });
  });

  test('says row by row what a machine without anything lacks', async () => {
    const check = await checksOf({});
    const unlessRoot = (command: string): string | null => (root ? null : command);
    expect([check('namespaces'), check('capture'), check('btf'), check('processes'), check('tcpdump')]).toEqual([
      {
        name: 'namespaces',
        status: 'missing',
        detail: 'entering a network namespace needs CAP_SYS_ADMIN',
        remedy: unlessRoot('sudo netwatch conns --netns NAME'),
      },
      { name: 'capture', status: 'missing', detail: 'raw sockets need CAP_NET_RAW', remedy: null },
      { name: 'btf', status: 'missing', detail: 'there is no /sys/kernel/btf/vmlinux', remedy: null },
      {
        name: 'processes',
        status: 'limited',
        detail: 'only those of this user: others need CAP_SYS_PTRACE',
        remedy: unlessRoot('sudo netwatch conns'),
      },
      {
        name: 'tcpdump',
        status: 'missing',
        detail: 'not installed, or it does not run',
        remedy: check('tcpdump').remedy,
      },
    ]);
    // a folder has no kernel to ask
    const names = (await readChecks(folderMachine({}))).map(({ name }) => name);
    expect(names.filter((name) => ['sock_diag', 'rtnetlink', 'landlock'].includes(name))).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('of this user, a group between two is enough to ping', async () => {
    const group = process.getegid!();
    const others = process.getgroups!();
    const statusOf = async (range: string) => (await checksOf({ 'proc/sys/net/ipv4/ping_group_range': range }))('ping');
    expect(await statusOf(`${group}\t${group}`)).toEqual({
      name: 'ping',
      status: 'ok',
      detail: 'ICMP echo sockets are open to this user',
      remedy: null,
    });
    const above = Math.max(group, ...others) + 1;
    expect(await statusOf(`${above}\t${above}`)).toEqual({
      name: 'ping',
      status: 'missing',
      detail: `net.ipv4.ping_group_range is ${above} ${above}`,
      remedy: `${sudo}sysctl -w net.ipv4.ping_group_range="0 2147483647"`,
    });
  });

  test('tells of a /proc that hides processes', async () => {
    const check = await checksOf({ 'proc/self/mounts': 'proc /proc proc rw,relatime,hidepid=invisible 0 0\n' });
    expect(check('processes').detail).toContain('hidepid=invisible');
  });

  test.each([
    ['0\t2147483647', 'ok'],
    ['1\t0', 'missing'],
    ['', 'missing'],
    ['junk', 'missing'],
  ])('reads ping_group_range "%s"', async (range, status) => {
    const check = await checksOf({ 'proc/sys/net/ipv4/ping_group_range': `${range}\n` });
    expect(check('ping').status).toBe(status);
  });

  test.skipIf(process.platform !== 'linux')('agrees with this machine', async () => {
    const checks = await readChecks(openHost(null, realClock));
    const status = Object.fromEntries(checks.map((check) => [check.name, check.status]));
    expect(status).toMatchObject({ node: 'ok', koffi: 'ok' });
    expect(status.btf === 'ok').toBe(fs.existsSync('/sys/kernel/btf/vmlinux'));
    const path = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
    expect(status.tcpdump === 'ok').toBe(path.some((folder) => fs.existsSync(`${folder}/tcpdump`)));
    if (!root) expect(status).toMatchObject({ processes: 'limited', namespaces: 'missing' });
    for (const check of checks) expect(check.detail).not.toBe('');
  });
});
