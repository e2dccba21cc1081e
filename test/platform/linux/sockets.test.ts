import { describe, expect, test } from 'vitest';
import type { SocketReading } from '../../../src/core/socket/socket.ts';
import type { Host } from '../../../src/core/system/host.ts';
import type { SocketRequest } from '../../../src/core/system/platform.ts';
import { openLinuxSockets } from '../../../src/platform/linux/sockets.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { brokenDen, den } from './folder-machine.ts';

const EVERYTHING: SocketRequest = { protocols: null, owners: true, processDetails: true, closed: true };

async function read(host: Host, request: Partial<SocketRequest> = {}): Promise<SocketReading> {
  const source = openLinuxSockets(host, null, { ...EVERYTHING, ...request }, realClock);
  const reading = await source.read();
  expect(source.readClosed()).toEqual({ sockets: [], whole: true });
  source.close();
  return reading;
}

test('a machine as files: who holds which socket, on which interface', async () => {
  const reading = await read(den);
  const rows = reading.sockets.map((socket) => {
    const { processes, attribution } = reading.ownerOf(socket);
    return [
      `${socket.proto} ${socket.local_addr} ${socket.local_port} ${socket.state}`,
      processes.map(({ pid, name }) => `${pid} ${name}`).join(),
      attribution,
      socket.uid === null ? null : reading.userOf(socket.uid),
      reading.ifaceOf(socket),
    ];
  });
  expect(rows).toEqual([
    ['tcp 0.0.0.0 22 LISTEN', '612 sshd', 'proc_fd exact', 'root', null],
    ['tcp 127.0.0.1 5432 LISTEN', '900 postgres,850 postgres', 'proc_fd shared', 'postgres', 'lo'],
    ['tcp 192.168.7.20 22 ESTABLISHED', '1100 sshd', 'proc_fd exact', 'root', 'eth0'],
    ['tcp 192.168.7.20 40002 ESTABLISHED', '1501 firefox-bin', 'proc_fd exact', 'anna', 'eth0'],
    ['tcp 192.168.7.20 40004 TIME_WAIT', '', 'none kernel', null, 'eth0'],
    ['tcp 192.168.7.20 40006 SYN_SENT', '1500 ) R 1 (x\n99 ', 'proc_fd exact', 'anna', 'eth0'],
    ['tcp 192.168.7.20 22 SYN_RECV', '', 'none kernel', null, 'eth0'],
    ['tcp 127.0.0.1 5432 CLOSE_WAIT', '850 postgres', 'proc_fd exact', 'postgres', 'lo'],
    ['tcp 10.8.0.6 40010 FIN_WAIT1', '', 'none kernel', null, 'tun0'],
    ['tcp 172.18.0.1 8081 ESTABLISHED', '2200 nginx', 'proc_fd exact', null, 'br0'],
    ['tcp :: 22 LISTEN', '612 sshd', 'proc_fd exact', 'root', null],
    ['tcp 192.168.7.20 8080 ESTABLISHED', '1501 firefox-bin', 'proc_fd exact', 'anna', 'eth0'],
    ['tcp fd00:7::20 40014 ESTABLISHED', '1501 firefox-bin', 'proc_fd exact', 'anna', 'eth0'],
    ['tcp ::1 40016 TIME_WAIT', '', 'none kernel', null, 'lo'],
    ['udp 127.0.0.53 53 UNCONN', '700 systemd-resolved', 'proc_fd exact', 'systemd-resolve', 'lo'],
    ['udp 0.0.0.0 5353 UNCONN', '', 'none unseen', 'avahi', null],
    ['udp 10.11.1.5 52344 ESTABLISHED', '1501 firefox-bin', 'proc_fd exact', 'anna', 'wlan0'],
    ['udp fe80::5054:ff:fe12:3456 546 UNCONN', '', 'none unseen', 'root', 'eth0'],
    ['udplite 127.0.0.1 7000 UNCONN', '1501 firefox-bin', 'proc_fd exact', 'anna', 'lo'],
    ['raw 0.0.0.0 1 UNCONN', '', 'none unseen', 'root', null],
    ['raw :: 58 UNCONN', '', 'none unseen', 'root', null],
    ['icmp 192.168.7.20 12 ESTABLISHED', '1501 firefox-bin', 'proc_fd exact', 'anna', 'eth0'],
  ]);
  expect(reading).toMatchObject({ netns: null, limits: [] });
  expect(new Set(reading.sockets.map((socket) => socket.source))).toEqual(new Set(['proc_net']));
});

describe('what is not asked for is not read', () => {
  /** A machine that answers for nothing below these folders. */
  const without = (...places: string[]): Host => {
    const guard =
      <T>(read: (file: string) => T) =>
      (file: string): T => {
        if (places.some((place) => file.startsWith(place))) throw new Error(`${file} was read`);
        return read(file);
      };
    return {
      ...den,
      list: guard(den.list),
      link: guard(den.link),
      linkIfAny: guard(den.linkIfAny),
      readIfAny: guard(den.readIfAny),
    };
  };

  test('owners', async () => {
    const { sockets, ownerOf } = await read(without('/proc/6', '/proc/stat', '/proc/self'), { owners: false });
    expect(ownerOf(sockets[0]!)).toEqual({ processes: [], attribution: 'none unseen' });
  });

  test('details of processes', async () => {
    const { sockets, ownerOf } = await read(without('/proc/612/cmdline', '/proc/612/cgroup'), {
      processDetails: false,
    });
    expect(ownerOf(sockets[0]!).processes).toMatchObject([{ pid: 612, name: 'sshd', cmdline: null, cgroup: null }]);
  });

  test('users and interfaces, until somebody asks', async () => {
    await read(without('/etc', '/sys', '/proc/net/if_inet6', '/proc/net/fib_trie'));
  });
});

test('a machine whose every file is cut short', async () => {
  const { sockets, ownerOf } = await read(brokenDen);
  expect(sockets.map((socket) => [socket.inode, ownerOf(socket).attribution])).toEqual([
    [20001, 'proc_fd exact'],
    [null, 'none kernel'],
    [20022, 'none unseen'],
    [20041, 'none unseen'],
  ]);
});
