import net from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Socket } from '../../../src/core/socket/socket.ts';
import type { Netlink } from '../../../src/platform/linux/netlink.ts';
import { NetlinkError } from '../../../src/platform/linux/netlink.ts';
import { buildDiagRequest, openKeeping, openReading, openSockDiag } from '../../../src/platform/linux/sock-diag.ts';
import { SocketMessages } from '../../../src/platform/linux/socket-messages.ts';
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
  const whole = openReading(from)('udp', sockets);
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

/** A struct inet_diag_msg of an inode in its netlink message. */
function messageOf(family: number, inode: number): Buffer {
  const local = family === 10 ? hex('20010db8 00000000 00000000 00000001') : Buffer.alloc(16);
  const bytes = [u8(family, 1, 0, 0), u8(0, 80, 1, 1), local, Buffer.alloc(40), u32(7), u32(inode)];
  return Buffer.concat([u32(16 + 72), Buffer.alloc(12), ...bytes]);
}

/** A kernel that puts the messages of each answer into the room it is given. */
function roomyKernel(...answers: { messages: readonly Buffer[]; whole?: boolean; refusal?: number }[]): Netlink {
  return {
    ...kernel(true),
    dump(type, _request, visit, room) {
      const { messages, whole = true, refusal } = answers.shift()!;
      if (refusal !== undefined) throw new NetlinkError('dump', refusal);
      for (const message of messages) {
        const data = room!();
        message.copy(data);
        visit(type, data, 16, message.length);
      }
      return whole;
    },
  };
}

function keep(from: Netlink, ...protocols: ('tcp' | 'udp')[]) {
  const messages = new SocketMessages();
  const keeping = openKeeping(from);
  const counts = protocols.map((proto) => [keeping(proto, messages), messages.end(proto)]);
  return { counts, messages, sockets: [...messages].map(({ proto, family, inode }) => `${proto} ${family} ${inode}`) };
}

describe('messages that are kept', () => {
  const v4 = (inode: number): Buffer => messageOf(2, inode);
  const v6 = (inode: number): Buffer => messageOf(10, inode);

  test('become the sockets that are read, those of IPv6 behind the others, as often as they are asked for', () => {
    const from = roomyKernel({ messages: [v6(1), v4(2), v6(3), v4(4)] }, { messages: [v4(5)] }, { messages: [v6(6)] });
    const { counts, messages, sockets } = keep(from, 'tcp', 'udp');
    expect(counts).toEqual([
      [true, 4],
      [true, 2],
    ]);
    const expected = ['tcp ipv4 2', 'tcp ipv4 4', 'tcp ipv6 1', 'tcp ipv6 3', 'udp ipv4 5', 'udp ipv6 6'];
    expect(sockets).toEqual(expected);
    expect([...messages].map(({ proto, family, inode }) => `${proto} ${family} ${inode}`)).toEqual(expected);
    expect([messages.count, messages.inodeOf(2), messages.uidOf(2)]).toEqual([6, 1, 7]);
  });

  test('are forgotten when the answer was interrupted, and taken as they are the fourth time', () => {
    const torn = { messages: [v4(1), v6(2)], whole: false };
    expect(keep(roomyKernel(torn, { messages: [v4(3)] }), 'tcp')).toMatchObject({
      counts: [[true, 1]],
      sockets: ['tcp ipv4 3'],
    });
    expect(keep(roomyKernel(torn, torn, torn, torn), 'tcp')).toMatchObject({
      counts: [[false, 2]],
      sockets: ['tcp ipv4 1', 'tcp ipv6 2'],
    });
  });

  test('of one family stay when those of the other are asked for again', () => {
    const from = roomyKernel(
      { messages: [], refusal: 95 },
      { messages: [v4(1)] },
      { messages: [v6(2)], whole: false },
      { messages: [v6(3)] },
    );
    expect(keep(from, 'tcp')).toMatchObject({ counts: [[true, 2]], sockets: ['tcp ipv4 1', 'tcp ipv6 3'] });
  });

  test('are as many as there are, wherever they lie', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => v4(index + 1));
    const { sockets, messages } = keep(roomyKernel({ messages: many }), 'tcp');
    expect([sockets.length, sockets.at(-1), messages.inodeOf(20_000)]).toEqual([30_000, 'tcp ipv4 30000', 20_001]);
  });

  test('that are cut short, or of another family, are none', () => {
    const short = v4(9).subarray(0, 80);
    short.writeUInt32LE(80);
    expect(keep(roomyKernel({ messages: [short, messageOf(1, 8), v4(1)] }), 'tcp').sockets).toEqual(['tcp ipv4 1']);
  });
});
