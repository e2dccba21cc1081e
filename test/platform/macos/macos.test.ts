import { describe, expect, test } from 'vitest';
import type { Ownership, Socket, SocketReading } from '../../../src/core/socket/socket.ts';
import type { Host } from '../../../src/core/system/host.ts';
import type { OperatingSystem, SocketRequest } from '../../../src/core/system/platform.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openMacos } from '../../../src/platform/macos/macos.ts';
import { BROKEN, MACOS } from './fixture.ts';

const EVERYTHING: SocketRequest = { protocols: null, owners: true, processDetails: true, closed: false };
const ROOT = 'uid=0(root) gid=0(wheel) groups=0(wheel)\n';

function open(root: string): OperatingSystem {
  return openMacos(openHost(root, realClock), { root, netns: null });
}

/** The machine with other output for some commands. */
function openWith(outputs: Readonly<Record<string, string>>): OperatingSystem {
  const host: Host = openHost(MACOS, realClock);
  const run: Host['run'] = async (file, args) => outputs[[file, ...args].join(' ')] ?? host.run(file, args);
  return openMacos({ ...host, run }, { root: MACOS, netns: null });
}

async function readSockets(platform: OperatingSystem, request: Partial<SocketRequest> = {}): Promise<SocketReading> {
  const source = platform.openSockets({ ...EVERYTHING, ...request });
  const reading = await source.read();
  expect(source.readClosed()).toEqual({ sockets: [], whole: true });
  source.close();
  return reading;
}

function socketAt(reading: SocketReading, port: number, family?: string): { socket: Socket; owner: Ownership } {
  const socket = reading.sockets.find((one) => one.local_port === port && (family ?? one.family) === one.family);
  expect(socket).toBeDefined();
  return { socket: socket!, owner: reading.ownerOf(socket!) };
}

function countBy(reading: SocketReading): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const socket of reading.sockets) {
    const { attribution } = reading.ownerOf(socket);
    counts[attribution] = (counts[attribution] ?? 0) + 1;
  }
  return counts;
}

describe('sockets', () => {
  test('as an ordinary user: own sockets have owners, those of others are listed without', async () => {
    const reading = await readSockets(open(MACOS));
    expect(reading.sockets).toHaveLength(27);
    expect(countBy(reading)).toEqual({ 'lsof exact': 20, 'none denied': 6, 'none kernel': 1 });
    expect(new Set(reading.sockets.map(({ key }) => key)).size).toBe(27);
    expect(reading).toMatchObject({ netns: null });
    expect(reading.sockets.every((socket) => socket.source === 'netstat')).toBe(true);
    expect(reading.limits).toEqual([
      {
        what: "owners of other users' sockets",
        why: expect.stringContaining('lsof'),
        remedy: 'sudo netwatch conns',
      },
    ]);
  });

  test('a connection has its owner, its bytes and its interface', async () => {
    const reading = await readSockets(open(MACOS));
    const { socket, owner } = socketAt(reading, 52_110);
    expect(socket).toMatchObject({
      proto: 'tcp',
      family: 'ipv4',
      state: 'ESTABLISHED',
      local_addr: '192.168.1.23',
      remote_addr: '203.0.113.20',
      remote_port: 443,
      uid: 501,
      inode: null,
      ifindex: 0,
      rx_queue: 0,
      tx_queue: 0,
      rx_bytes: 184_320,
      tx_bytes: 9215,
      mss: 1448,
      rtt_ms: null,
      retrans: null,
    });
    expect(reading.ifaceOf(socket)).toBe('en0');
    expect(reading.userOf(501)).toBe('anna');
    expect(reading.userOf(0)).toBeNull();
    const exe =
      '/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper';
    expect(owner).toEqual({
      attribution: 'lsof exact',
      processes: [
        {
          pid: 612,
          name: 'Google Chrome Helper',
          comm: 'Google Chrome Helper',
          exe,
          cmdline: `${exe} --type=utility --utility-sub-type=network.mojom.NetworkService`,
          uid: 501,
          cgroup: null,
          container: null,
          started: '2024-06-03T08:00:10Z',
        },
      ],
    });
  });

  test('a socket that two processes hold is one, the first to start first', async () => {
    const { socket, owner } = socketAt(await readSockets(open(MACOS)), 3000, 'ipv6');
    expect(socket).toMatchObject({ state: 'LISTEN', local_addr: '::', rx_queue: 2, tx_queue: 511 });
    expect(owner.processes.map(({ pid, exe }) => [pid, exe])).toEqual([
      [1002, '/opt/homebrew/bin/node'],
      [1001, null],
    ]);
  });

  test('sockets with the same address stay apart, and none claims bytes', async () => {
    const reading = await readSockets(open(MACOS));
    const shared = reading.sockets.filter(({ local_port, family }) => local_port === 5353 && family === 'ipv4');
    expect(shared.map((socket) => [reading.ownerOf(socket).processes[0]?.name ?? null, socket.rx_bytes])).toEqual([
      ['Google Chrome Helper', null],
      ['Spotify', null],
      [null, null],
    ]);
  });

  test('a link-local connection is bound to its interface', async () => {
    const reading = await readSockets(open(MACOS));
    const { socket } = socketAt(reading, 52_200);
    expect(socket).toMatchObject({ local_addr: 'fe80::1c2d:3eff:fe4f:5061', ifindex: 14, rx_bytes: 40_960 });
    expect(reading.ifaceOf(socket)).toBe('en0');
  });

  test('so is one that only netstat lists', async () => {
    const line = 'tcp6 0 0 fe80::5%utun0.7 fe80::6%utun0.8 ESTABLISHED 1 2\n';
    const reading = await readSockets(openWith({ 'netstat -anlb -p tcp': line }));
    const { socket } = socketAt(reading, 7);
    expect(socket).toMatchObject({ ifindex: 18, uid: null, rx_bytes: 1, tx_bytes: 2 });
    expect(reading.ifaceOf(socket)).toBe('utun0');
  });

  test('IPv4 on an IPv6 socket counts as IPv4', async () => {
    const { socket } = socketAt(await readSockets(open(MACOS)), 3000, 'ipv4');
    expect(socket).toMatchObject({ local_addr: '127.0.0.1', remote_port: 52_130, rx_bytes: 78, tx_bytes: 1_048_576 });
  });

  test('a name longer than lsof keeps comes from the path', async () => {
    const name = 'A name of more than thirty-one bytes';
    const ps = `    7 Mon Jun  3 07:33:20 2024     /opt/${name}\n    8 Mon Jun  3 07:33:21 2024     /opt/another\n`;
    const fields = ['f3', 'tIPv4', 'd0x1', 'PUDP', 'n*:9999'].join('\0');
    const lsof = `p7\0c${name.slice(0, 31)}\0\n${fields}\0\np8\0crenamed\0\n${fields}\0\n`;
    const reading = await readSockets(
      openWith({ 'lsof -nPw -i -Tfqs -FpcuLftdPnT0': lsof, 'ps -axww -o pid= -o lstart= -o comm=': ps }),
    );
    expect(socketAt(reading, 9999).owner.processes.map((process) => process.name)).toEqual([name, 'renamed']);
  });

  test('as root nothing is denied', async () => {
    const reading = await readSockets(openWith({ id: ROOT }));
    expect(countBy(reading)).toEqual({ 'lsof exact': 20, 'none unseen': 6, 'none kernel': 1 });
    expect(reading.limits).toEqual([]);
  });

  test('as root a socket that its process closed belongs to the kernel', async () => {
    const line = 'tcp4 0 0 192.168.1.23.1 192.0.2.1.2 LAST_ACK 0 0\n';
    const reading = await readSockets(openWith({ id: ROOT, 'netstat -anlb -p tcp': line }));
    expect(socketAt(reading, 1).owner).toEqual({ processes: [], attribution: 'none kernel' });
  });

  test('only what was asked for is read', async () => {
    const udp = await readSockets(open(MACOS), { protocols: new Set(['udp']) });
    expect(udp.sockets).toHaveLength(8);
    const bare = await readSockets(open(MACOS), { processDetails: false });
    expect(socketAt(bare, 52_110).owner.processes[0]).toMatchObject({ pid: 612, cmdline: null });
  });

  test('keys are the same in the next reading', async () => {
    const source = open(MACOS).openSockets(EVERYTHING);
    const [first, second] = [await source.read(), await source.read()];
    expect(second.sockets.map(({ key }) => key)).toEqual(first.sockets.map(({ key }) => key));
  });
});

describe('interfaces', () => {
  test('what ifconfig and netstat say of one', async () => {
    const { rows, limits } = await open(MACOS).readInterfaces();
    expect(rows).toHaveLength(14);
    expect(limits).toEqual([]);
    expect(rows.find(({ name }) => name === 'en0')).toEqual({
      name: 'en0',
      index: 14,
      kind: 'wifi',
      state: 'up',
      ipv4: ['192.168.1.23/24'],
      ipv6: ['fe80::1c2d:3eff:fe4f:5061/64', '2001:db8:1:2:1c2d:3eff:fe4f:5061/64', '2001:db8:1:2::beef/64'],
      mac: '00:00:5e:00:53:17',
      mtu: 1500,
      speed_mbps: 866.7,
      duplex: null,
      rx_bytes: 28_412_345_678,
      tx_bytes: 1_912_345_678,
      rx_packets: 23_300_545,
      tx_packets: 6_448_755,
      rx_errors: 3,
      tx_errors: 464,
      rx_dropped: null,
      tx_dropped: 17,
      collisions: 0,
      multicast: null,
      flags: ['up', 'broadcast', 'smart', 'running', 'simplex', 'multicast'],
      master: null,
      parent: null,
      alias: null,
      default_route: 'both',
    });
  });

  test('kind, state and what they hang on', async () => {
    const { rows } = await open(MACOS).readInterfaces();
    expect(rows.map(({ name, kind, state, master, parent }) => [name, kind, state, master ?? parent])).toEqual([
      ['lo0', 'loopback', 'up', null],
      ['gif0', 'ipip', 'down', null],
      ['stf0', 'sit', 'down', null],
      ['en1', 'ethernet', 'down', 'bridge0'],
      ['bridge0', 'bridge', 'down', null],
      ['en0', 'wifi', 'up', null],
      ['ap1', 'wifi', 'down', null],
      ['awdl0', 'wifi', 'up', null],
      ['utun0', 'tun', 'up', null],
      ['utun3', 'tun', 'up', null],
      ['en5', 'ethernet', 'down', null],
      ['en7', 'ethernet', 'up', null],
      ['vlan0', 'vlan', 'up', 'en7'],
      ['feth0', 'veth', 'up', 'feth1'],
    ]);
  });

  test('a scoped default route is none', async () => {
    const { rows } = await open(MACOS).readInterfaces();
    expect(rows.filter((row) => row.default_route !== null).map(({ name }) => name)).toEqual(['en0']);
  });
});

describe('configuration', () => {
  test('routes of both families', async () => {
    const { rows } = await open(MACOS).readRoutes();
    expect(rows.filter(({ family }) => family === 'ipv4')).toHaveLength(15);
    expect(rows.filter(({ family }) => family === 'ipv6')).toHaveLength(11);
    expect(rows.find(({ dst }) => dst === 'default')?.gateway).toBe('192.168.1.1');
  });

  test('DNS servers and neighbours', async () => {
    const servers = await open(MACOS).readDnsServers();
    expect(servers.rows.map(({ addr }) => addr)).toEqual(['192.168.1.1', 'fe80::1', '10.8.0.1', '10.8.0.2']);
    expect((await open(MACOS).readNeighbors()).rows).toHaveLength(10);
  });

  test('the machine itself, at the time of the recording', async () => {
    expect(await open(MACOS).readHost()).toEqual({
      hostname: 'annas-air.local',
      os: 'macOS 14.5',
      kernel: '23.5.0',
      uptime_s: 793_599.75,
    });
  });
});

describe('checks', () => {
  test('as an ordinary user', async () => {
    const checks = await open(MACOS).readChecks();
    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'lsof ok',
      'netstat ok',
      'ifconfig ok',
      'scutil ok',
      'arp ok',
      'ps ok',
      'processes limited',
      'capture missing',
    ]);
    expect(checks[0]?.detail).toBe('21 sockets');
  });

  test.each([
    ['root', ROOT],
    ['a member of access_bpf', 'uid=501(anna) gid=20(staff) groups=20(staff),501(access_bpf)\n'],
  ])('%s may capture', async (_, id) => {
    const checks = await openWith({ id }).readChecks();
    expect(checks.find(({ name }) => name === 'capture')?.status).toBe('ok');
  });

  test('on a machine without any tool', async () => {
    const checks = await open('/nonexistent').readChecks();
    expect(checks[0]).toMatchObject({ name: 'lsof', status: 'missing', detail: expect.stringContaining('lsof') });
  });
});

describe('the broken twin', () => {
  test('sockets before the cuts stay', async () => {
    const reading = await readSockets(open(BROKEN));
    expect(countBy(reading)).toEqual({ 'lsof exact': 13, 'none denied': 6 });
    expect(socketAt(reading, 52_110).socket.rx_bytes).toBe(184_320);
    expect(socketAt(reading, 57_621).owner.processes[0]).toMatchObject({ name: 'Spotify', started: null });
  });

  test('so does everything else', async () => {
    const platform = open(BROKEN);
    expect((await platform.readInterfaces()).rows).toHaveLength(8);
    expect((await platform.readRoutes()).rows).toHaveLength(16);
    expect((await platform.readDnsServers()).rows).toHaveLength(3);
    expect((await platform.readNeighbors()).rows).toHaveLength(6);
    expect(await platform.readHost()).toMatchObject({ hostname: 'annas-air.local', os: 'macOS', uptime_s: null });
  });
});

test('a machine without the tools says which one is missing', async () => {
  const failure = { exit: 69, message: expect.stringContaining('ifconfig -av: no output recorded') };
  await expect(open('/nonexistent').readInterfaces()).rejects.toMatchObject(failure);
});

test('network namespaces are refused', () => {
  expect(() => openMacos(openHost(MACOS, realClock), { root: MACOS, netns: 'web' })).toThrow(
    expect.objectContaining({ exit: 64, message: expect.stringContaining('"web"') }),
  );
});
