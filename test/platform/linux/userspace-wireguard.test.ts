import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import {
  askUserspaceWireguard,
  findUserspaceWireguard,
  listenersAt,
  parseConfiguration,
} from '../../../src/platform/linux/userspace-wireguard.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const SECRET = 'e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a';
const ANSWER = `private_key=${SECRET}
listen_port=12912
fwmark=1
public_key=${'b8'.repeat(32)}
preshared_key=188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52
allowed_ip=192.168.4.4/32
allowed_ip=fd00::/8
endpoint=[abcd:23::33%2]:51820
last_handshake_time_sec=1700000000
last_handshake_time_nsec=500000000
tx_bytes=38333
rx_bytes=2224
persistent_keepalive_interval=111
protocol_version=1
public_key=${'58'.repeat(32)}
endpoint=182.122.22.19:3233
last_handshake_time_sec=0
last_handshake_time_nsec=0
errno=0

`;

describe('an answer', () => {
  test('tells of a device and its peers, and no secret', () => {
    const device = parseConfiguration(ANSWER, 'wg0');
    expect(device).toEqual({
      iface: 'wg0',
      listenPort: 12_912,
      peers: [
        {
          key: 'uLi4uLi4...',
          endpoint: { addr: 'abcd:23::33', port: 51_820 },
          lastHandshake: '2023-11-14T22:13:20.500Z',
          rxBytes: 2224,
          txBytes: 38_333,
          allowedIps: ['192.168.4.4/32', 'fd00::/8'],
        },
        {
          key: 'WFhYWFhY...',
          endpoint: { addr: '182.122.22.19', port: 3233 },
          lastHandshake: null,
          rxBytes: null,
          txBytes: null,
          allowedIps: [],
        },
      ],
    });
  });

  test.each([
    ['', 'its answer is not one of WireGuard'],
    ['HTTP/1.1 400 Bad Request\n\n', 'its answer is not one of WireGuard'],
    ['errno=-5\n\n', 'it answers with error -5'],
  ])('%j is refused', (text, message) => {
    expect(() => parseConfiguration(text, 'wg0')).toThrow(message);
  });

  test('survives every cut, and tells no secret', () => {
    for (let end = 0; end < ANSWER.length; end++) {
      const told = JSON.stringify(parseConfiguration(`${ANSWER.slice(0, end)}\nerrno=0\n`, 'wg0'));
      expect(told).not.toContain(SECRET.slice(0, 12));
    }
  });

  test('what is out of range is not known, and lists have an end', () => {
    const lines = [
      ...[
        `public_key=${'58'.repeat(32)}`,
        'public_key=short',
        'endpoint=999.1.1.1:70000',
        'rx_bytes=-1',
        'tx_bytes=1e9',
      ],
      ...['last_handshake_time_sec=9999999999999999', 'allowed_ip=10.0.0.0/33', 'allowed_ip=../../x/1'],
      ...Array.from({ length: 200 }, (_, at) => `allowed_ip=10.0.${at}.0/24`),
      'errno=0',
    ];
    const [peer, ...others] = parseConfiguration(lines.join('\n'), 'wg0').peers;
    expect(others).toEqual([]);
    expect(peer).toMatchObject({ endpoint: null, rxBytes: null, txBytes: null, lastHandshake: null });
    expect(peer!.allowedIps).toHaveLength(100);
  });
});

const UNIX = `Num       RefCount Protocol Flags    Type St Inode Path
000000008dddc5e8: 00000002 00000000 00010000 0001 01 395 /var/run/wireguard/wg0.sock
000000008dddc5e9: 00000003 00000000 00000000 0001 03 396 /var/run/wireguard/wg0.sock
000000008dddc5ea: 00000002 00000000 00010000 0001 01 397 /run/other/wg0.sock
000000008dddc5eb: 00000002 00000000 00010000 0001 01 398
`;

describe('the socket of a holder', () => {
  test('is one that listens at its path', () => {
    expect([...listenersAt(UNIX, '/wireguard/wg0.sock')]).toEqual(['socket:[395]']);
  });

  const hostWith = (links: Readonly<Record<string, string>>): Host =>
    ({
      readIfAny: () => UNIX,
      list: () => ['0', '4'],
      linkIfAny: (file: string) => links[file] ?? null,
    }) as unknown as Host;
  const holder = { pid: 7, name: 'wireguard-go', started: null };
  const HELD = { '/proc/7/fd/4': 'socket:[395]' };

  test.each<[what: string, links: Record<string, string>, iface: string, file: string | null]>([
    ['is found among the files of that process', HELD, 'wg0', '/proc/7/root/run/wireguard/wg0.sock'],
    [
      'is found elsewhere where /run leads away',
      { ...HELD, '/proc/7/root/run': '/x' },
      'wg0',
      '/proc/7/root/var/run/wireguard/wg0.sock',
    ],
    [
      'is not followed to the files of others',
      { ...HELD, '/proc/7/root/run/wireguard': '/run/docker', '/proc/7/root/var/run': '/run' },
      'wg0',
      null,
    ],
    ['is not that of another process', { '/proc/7/fd/4': 'socket:[397]' }, 'wg0', null],
    ['is not that of another device', HELD, 'wg1', null],
    ['has a name that wg would take', HELD, '../x', null],
  ])('%s', (_what, links, iface, file) => {
    expect(findUserspaceWireguard(hostWith(links), iface, holder)).toBe(file);
  });
});

describe('a socket', () => {
  let folder: string;
  let server: net.Server | null = null;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-uapi-'));
  });
  afterEach(() => {
    server?.close();
    fs.rmSync(folder, { recursive: true });
  });

  async function listen(serve: (socket: net.Socket) => void): Promise<string> {
    const file = path.join(folder, 'wg0.sock');
    server = net.createServer((socket) => serve(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server!.listen(file, resolve));
    return file;
  }

  test('is asked once, and may stay open', async () => {
    let asked = '';
    const file = await listen((socket) =>
      socket.on('data', (bytes) => {
        asked += bytes;
        for (const line of ANSWER.split(/(?<=\n)/)) socket.write(line);
      }),
    );
    expect((await askUserspaceWireguard(realClock, file, 'wg0')).peers).toHaveLength(2);
    expect(asked).toBe('get=1\n\n');
  });

  test.each([0, 1, 40, ANSWER.length - 9])('that closes after %d bytes is told', async (length) => {
    const file = await listen((socket) => socket.once('data', () => socket.end(ANSWER.slice(0, length))));
    await expect(askUserspaceWireguard(realClock, file, 'wg0')).rejects.toThrow('its answer is not one of WireGuard');
  });

  test('that says nothing is not waited for', async () => {
    const clock = virtualClock();
    const file = await listen((socket) => socket.once('data', () => void clock.advance(1001)));
    await expect(askUserspaceWireguard(clock, file, 'wg0')).rejects.toThrow('no answer within 1000 ms');
  });

  test('that never ends is cut off', async () => {
    const piece = Buffer.alloc(1 << 20, 'a=1\n');
    const file = await listen((socket) => {
      const go = (): void => void socket.write(piece, () => setImmediate(go));
      socket.once('data', go).on('close', () => socket.destroy());
    });
    await expect(askUserspaceWireguard(virtualClock(), file, 'wg0')).rejects.toThrow('its answer is too long');
  });

  test('that is not there is told', async () => {
    await expect(askUserspaceWireguard(realClock, path.join(folder, 'x'), 'wg0')).rejects.toThrow('ENOENT');
  });
});
