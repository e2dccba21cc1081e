import net from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Socket } from '../../../src/core/socket/socket.ts';
import type { Netlink } from '../../../src/platform/linux/netlink.ts';
import { NetlinkError } from '../../../src/platform/linux/netlink.ts';
import { buildDiagRequest, openReading, openSockDiag, readProtocol } from '../../../src/platform/linux/sock-diag.ts';
import { hex, u8, u32 } from './netlink-bytes.ts';

const ID = Buffer.alloc(48); // struct inet_diag_sockid

describe('a request', () => {
  test('for TCP asks for tcp_info, the algorithm and memory, of sockets in all states', () => {
    expect(buildDiagRequest(2, 'tcp')).toEqual(Buffer.concat([u8(2, 6, 0b0100_1010, 0), u32(0xffffffff), ID]));
  });

  test('for others asks for memory', () => {
    expect(buildDiagRequest(10, 'udp')).toEqual(Buffer.concat([u8(10, 17, 0b0100_0000, 0), u32(0xffffffff), ID]));
    expect(buildDiagRequest(2, 'raw')[1]).toBe(255);
  });

  test('for MPTCP has the protocol behind it', () => {
    const expected = Buffer.concat([u8(2, 254, 0b0100_0010, 0), u32(0xffffffff), ID, hex('0800 0300 06010000')]);
    expect(buildDiagRequest(2, 'mptcp')).toEqual(expected);
  });
});

/** A kernel whose every dump holds one socket more than the one before, and which answers as told. */
function kernel(...answers: (boolean | NetlinkError)[]): Netlink {
  let inode = 0;
  let dumps = 0;
  return {
    dump(_type, request, visit) {
      const answer = answers[Math.min(dumps++, answers.length - 1)]!;
      if (answer instanceof NetlinkError) throw answer;
      inode++;
      const message = Buffer.concat([u8(request[0]!, 1, 0, 0), Buffer.alloc(64), u32(inode)]);
      visit(20, message, 0, message.length);
      return answer;
    },
    join() {},
    receive: () => true,
    close() {},
  };
}

function read(from: Netlink): { whole: boolean; inodes: (number | null)[] } {
  const sockets: Socket[] = [];
  const whole = readProtocol(from, 'udp', sockets);
  return { whole, inodes: sockets.map(({ inode }) => inode) };
}

describe('a dump', () => {
  test('is asked for again while it is interrupted, and what came before is dropped', () => {
    expect(read(kernel(true))).toEqual({ whole: true, inodes: [1, 2] });
    expect(read(kernel(false, false, true))).toEqual({ whole: true, inodes: [3, 4] });
  });

  test('is taken as it is the fourth time', () => {
    expect(read(kernel(false))).toEqual({ whole: false, inodes: [4, 8] });
  });

  test('of a protocol that the kernel lacks is empty; any other refusal is thrown', () => {
    expect(read(kernel(new NetlinkError('dump', 2)))).toEqual({ whole: true, inodes: [] });
    expect(() => read(kernel(new NetlinkError('dump', 1)))).toThrow('errno 1');
  });
});

test('TCP of both families is read with one dump, or with one each where that is refused', () => {
  const asked: [type: number, family: number, bytes: number][] = [];
  const from = (refused: boolean): Netlink => {
    const all = kernel(true);
    return {
      ...all,
      dump(type, request, visit) {
        asked.push([type, request[0]!, request.length]);
        if (refused && type === 18) throw new NetlinkError('dump', 95);
        return all.dump(type, Buffer.from([2]), visit);
      },
    };
  };
  const sockets: Socket[] = [];
  expect(openReading(from(false))('tcp', sockets)).toBe(true);
  expect([asked.splice(0), sockets.length]).toEqual([[[18, 0, 60]], 1]);
  const refused = openReading(from(true));
  expect([refused('tcp', sockets), refused('tcp', sockets)]).toEqual([true, true]);
  const each = [
    [20, 2, 56],
    [20, 10, 56],
  ];
  expect([asked, sockets.length]).toEqual([[[18, 0, 60], ...each, ...each], 5]);
});

test.skipIf(process.platform !== 'linux')(
  'the kernel lists a socket of ours, under the same key each time',
  async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const diag = openSockDiag(null);
    const listed = [0, 1].map(() => {
      const sockets: Socket[] = [];
      expect(diag.read('tcp', sockets)).toBe(true);
      return sockets.find((socket) => socket.state === 'LISTEN' && socket.local_port === port)!;
    });
    expect(listed[0]).toMatchObject({ local_addr: '127.0.0.1', uid: process.getuid!(), rx_queue: 0 });
    expect(listed[1]!.key).toBe(listed[0]!.key);
    diag.close();
    server.close();
  },
);
