import { describe, expect, test } from 'vitest';
import { FlowOwners } from '../../../src/core/connection/flow-owners.ts';
import { PacketSockets } from '../../../src/core/connection/packet-sockets.ts';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
import type { Ownership, Process, Socket, SocketReading } from '../../../src/core/socket/socket.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const US = [10, 0, 0, 1];
const THEM = [10, 0, 0, 2];
const OTHERS = [10, 0, 0, 3];
const OURS: Ownership = {
  processes: [{ pid: 7, name: 'ours', uid: 0, started: 'x' } as Process],
  attribution: 'proc_fd exact',
};
const NONE: Ownership = { processes: [], attribution: 'none kernel' };

const tcpSocket = (changes: Partial<Socket>): Socket => ({
  ...blankSocket(),
  key: 'socket',
  state: 'ESTABLISHED',
  local_addr: '10.0.0.1',
  local_port: 40_000,
  remote_addr: '10.0.0.2',
  remote_port: 80,
  ...changes,
});
const udpSocket = (changes: Partial<Socket>): Socket => tcpSocket({ proto: 'udp', remote_port: 53, ...changes });

const readingOf = (...sockets: readonly Socket[]): SocketReading => ({
  sockets,
  ownerOf: ({ state }) => (state === 'TIME_WAIT' ? NONE : OURS),
  userOf: () => 'root',
  ifaceOf: () => 'eth0',
  netns: null,
  limits: [],
});

/** Packets and readings by turns; each packet is of the second given. */
function open(tellsClosed = false) {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const owners = new FlowOwners();
  owners.setAddresses(['10.0.0.1']);
  const joiner = new PacketSockets(dissector.flows, owners, (address) => address === '10.0.0.1', tellsClosed);
  const give = (frame: Uint8Array, seconds: number): void =>
    joiner.ingest(dissectFrame(frame, 1, dissector, { packet, seconds }));
  return {
    owners,
    joiner,
    flows: dissector.flows,
    datagram: (from: number[], to: number[], srcPort: number, dstPort: number, bytes: number, seconds = 1) =>
      give(udpFrame({ from, to, srcPort, dstPort }, new Array(bytes).fill(0)), seconds),
    segment: (side: 'us' | 'them', flags: number, seq: number, text = '', seconds = 1, port = 40_000) => {
      const ours = { from: US, to: THEM, srcPort: port, dstPort: 80 };
      const theirs = { from: THEM, to: US, srcPort: 80, dstPort: port };
      give(tcpFrame({ ...(side === 'us' ? ours : theirs), flags, seq, ack: 1 }, [...Buffer.from(text)]), seconds);
    },
    read: async (reading: SocketReading, at = 2) => {
      const joined = await joiner.join(reading, at, at);
      return joined.sockets.map((socket) => ({ ...socket, pid: joined.ownerOf(socket).processes[0]?.pid ?? null }));
    },
  };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: web.example\r\n\r\n';

describe('sockets and the packets of their flows', () => {
  test('TCP keeps the counters of the kernel and gains what packets tell', async () => {
    const scene = open();
    scene.segment('us', 2, 0);
    scene.segment('them', 0x12, 0);
    scene.segment('us', 0x18, 1, REQUEST);
    expect(await scene.read(readingOf(tcpSocket({ rx_bytes: 5, tx_bytes: 6 })))).toMatchObject([
      { rx_bytes: 5, tx_bytes: 6, source: 'sock_diag', app: 'http', server_name: 'web.example', stream: 0, pid: 7 },
    ]);
  });

  test('a connected datagram socket is counted by packets', async () => {
    const scene = open();
    scene.datagram(US, THEM, 40_000, 53, 10);
    scene.datagram(THEM, US, 53, 40_000, 30);
    scene.datagram(THEM, US, 53, 40_000, 30);
    expect(await scene.read(readingOf(udpSocket({})))).toMatchObject([
      { rx_bytes: 60, tx_bytes: 10, rx_packets: 2, tx_packets: 1, source: 'capture', pid: 7 },
    ]);
  });

  test('each flow of a socket without a peer is a row with its owner, and the socket counts nothing', async () => {
    const scene = open();
    const server = udpSocket({ state: 'UNCONN', local_addr: '0.0.0.0', remote_addr: null, remote_port: null });
    scene.owners.ingest(readingOf(server));
    scene.datagram(THEM, US, 1000, 40_000, 10);
    scene.datagram(OTHERS, US, 1000, 40_000, 20);
    expect(await scene.read(readingOf(server))).toMatchObject([
      { state: 'UNCONN', rx_bytes: null, source: 'sock_diag' },
      { remote_addr: '10.0.0.2', rx_bytes: 10, tx_bytes: 0, source: 'capture', pid: 7 },
      { remote_addr: '10.0.0.3', rx_bytes: 20, tx_bytes: 0, source: 'capture', pid: 7 },
    ]);
    expect(await scene.read(readingOf(server), 32)).toHaveLength(3); // once more, after its end
    expect(await scene.read(readingOf(server), 33)).toHaveLength(1);
  });

  test('what is forwarded is told from who began, without an owner', async () => {
    const scene = open();
    scene.datagram(OTHERS, THEM, 1000, 2000, 10);
    const joined = await scene.joiner.join(readingOf(), 2, 2);
    expect(joined.sockets).toMatchObject([{ local_addr: '10.0.0.3', remote_addr: '10.0.0.2', tx_bytes: 10 }]);
    expect(joined.ownerOf(joined.sockets[0]!)).toEqual({ processes: [], attribution: 'none capture' });
  });

  test('a connection that lived between two readings is listed once, after its end', async () => {
    const scene = open();
    scene.segment('us', 2, 0);
    scene.segment('them', 0x12, 0);
    scene.segment('us', 0x18, 1, 'hello');
    scene.segment('us', 0x11, 6);
    scene.segment('them', 0x11, 1);
    expect(await scene.read(readingOf())).toMatchObject([
      { state: 'CLOSE', tx_bytes: 5, rx_bytes: 0, local_port: 40_000 },
    ]);
    expect(await scene.read(readingOf(), 3)).toEqual([]);
  });

  test('one whose socket was seen is told of by the socket alone', async () => {
    const scene = open();
    scene.segment('us', 2, 0);
    scene.segment('them', 0x12, 0);
    await scene.read(readingOf(tcpSocket({})));
    scene.segment('us', 4, 1);
    expect(await scene.read(readingOf(), 3)).toEqual([]);
  });

  test('in TIME_WAIT it keeps the process and the bytes that were seen', async () => {
    const scene = open();
    scene.owners.ingest(readingOf(tcpSocket({})));
    scene.segment('us', 2, 0);
    scene.segment('them', 0x12, 0);
    scene.segment('us', 0x18, 1, 'hello');
    scene.segment('us', 0x11, 6);
    scene.segment('them', 0x11, 1);
    expect(await scene.read(readingOf(tcpSocket({ state: 'TIME_WAIT' })))).toMatchObject([
      { state: 'TIME_WAIT', tx_bytes: 5, source: 'capture', pid: 7 },
    ]);
  });

  test('endpoints that are used again do not inherit what an ended connection told', async () => {
    const scene = open();
    scene.segment('us', 2, 0);
    scene.segment('us', 0x18, 1, REQUEST);
    scene.segment('them', 4, 1);
    expect(await scene.read(readingOf(tcpSocket({})))).toMatchObject([{ app: null, server_name: null }]);
  });

  test('a flow that began after the sockets were read waits for the next reading', async () => {
    const scene = open();
    scene.datagram(US, THEM, 40_000, 53, 10, 5);
    expect(await scene.read(readingOf(), 4)).toEqual([]);
    expect(await scene.read(readingOf(), 6)).toHaveLength(1);
  });

  test('where the system tells of closed sockets, those gain what packets told, and are in no other row', async () => {
    const scene = open(true);
    scene.segment('us', 2, 0);
    scene.segment('us', 0x18, 1, REQUEST);
    scene.segment('them', 4, 1);
    expect(await scene.read(readingOf())).toEqual([]);
    expect(scene.joiner.closedOf([tcpSocket({ state: 'CLOSE', rx_bytes: 1 })])).toMatchObject([
      { app: 'http', server_name: 'web.example', rx_bytes: 1 },
    ]);
  });

  test('memory does not grow with flows that are over', async () => {
    const scene = open();
    for (let port = 1000; port < 2000; port++) scene.datagram(US, THEM, port, 53, 10);
    expect(await scene.read(readingOf())).toHaveLength(1000);
    await scene.read(readingOf(), 100);
    await scene.read(readingOf(), 200);
    expect(scene.flows.flows).toHaveLength(0);
  });

  test('a flow that is over is let go of when nothing late comes: more than five seconds after it', async () => {
    const scene = open();
    const refused = (port: number, seconds: number) => {
      scene.segment('us', 2, 0, '', seconds, port);
      scene.segment('them', 0x14, 0, '', seconds, port);
    };
    refused(1000, 10);
    refused(2000, 11);
    scene.datagram(US, THEM, 3000, 53, 10, 10);
    await scene.read(readingOf(), 11);
    expect(scene.flows.flows).toHaveLength(3);
    await scene.read(readingOf(), 15);
    expect(scene.flows.flows).toHaveLength(3);
    await scene.read(readingOf(), 16.5); // it is looked at every two seconds
    expect(scene.flows.flows).toHaveLength(3);
    await scene.read(readingOf(), 17);
    expect(scene.flows.flows.map(({ aPort }) => aPort)).toEqual([3000]);
  });

  test('one that was never listed as over stays', async () => {
    const scene = open();
    scene.segment('us', 2, 0, '', 10);
    scene.segment('them', 0x12, 0, '', 10);
    for (const now of [20, 30, 40]) await scene.read(readingOf(), now);
    expect(scene.flows.flows).toHaveLength(1);
  });

  test('what an ended connection told is kept for a socket in TIME_WAIT, for so long and no other', async () => {
    for (const [later, tx_bytes] of [
      [64, 5],
      [66, null],
    ] as const) {
      const scene = open();
      scene.segment('us', 2, 0);
      scene.segment('them', 0x12, 0);
      scene.segment('us', 0x18, 1, 'hello');
      scene.segment('us', 0x11, 6);
      scene.segment('them', 0x11, 1);
      await scene.read(readingOf(tcpSocket({})), 2);
      await scene.read(readingOf(), 2 + later - 1);
      const waiting = tcpSocket({ key: 'other', state: 'TIME_WAIT' });
      expect((await scene.read(readingOf(waiting), 2 + later))[0]!.tx_bytes).toBe(later === 64 ? tx_bytes : null);
      expect((await scene.read(readingOf(tcpSocket({ key: 'new' })), 2 + later))[0]!.tx_bytes).toBeNull();
    }
  });

  test('of 100,000 sides of ended flows at most, the latest', async () => {
    const scene = open();
    for (let flow = 0; flow <= 100_000; flow++)
      scene.datagram(US, THEM, 1 + (flow % 60_000), flow < 60_000 ? 53 : 54, 1);
    await scene.read(readingOf(), 40);
    const streamOf = (local_port: number): number | null =>
      scene.joiner.closedOf([udpSocket({ local_port })])[0]!.stream;
    expect([streamOf(1), streamOf(2)]).toEqual([null, 1]);
  });

  test('counters of a socket that has some are its own, and of one that has none those of packets', async () => {
    const scene = open();
    scene.segment('us', 2, 0);
    scene.segment('them', 0x12, 0);
    scene.segment('us', 0x18, 1, 'hello');
    const rtt = { rtt_ms: 7, rttvar_ms: 8, min_rtt_ms: 9, retrans: 10 };
    const seen = { rtt_ms: 0, rttvar_ms: 0, min_rtt_ms: 0, retrans: 0 };
    const packets = { rx_bytes: 0, tx_bytes: 5, rx_packets: 1, tx_packets: 2, source: 'capture' };
    expect((await scene.read(readingOf(tcpSocket({}))))[0]).toMatchObject({ ...packets, ...seen });
    expect((await scene.read(readingOf(tcpSocket(rtt))))[0]).toMatchObject({ ...packets, ...rtt });
    const own = { rx_bytes: 1, tx_bytes: 2, rx_packets: 3, tx_packets: 4, ...rtt };
    expect((await scene.read(readingOf(tcpSocket(own))))[0]).toMatchObject({ ...own, source: 'sock_diag', stream: 0 });
  });

  test('what else is asked of the reading is asked of the socket it was', async () => {
    const scene = open();
    scene.datagram(US, THEM, 40_000, 53, 10);
    const listed = udpSocket({ ifindex: 3 });
    const asked: Socket[] = [];
    const joined = await scene.joiner.join(
      { ...readingOf(listed), ifaceOf: (socket) => `eth${6 + asked.push(socket)}`, netns: 'inner' },
      2,
      2,
    );
    expect([joined.ifaceOf(joined.sockets[0]!), joined.netns, joined.userOf(0)]).toEqual(['eth7', 'inner', 'root']);
    expect(asked).toEqual([listed]);
    expect(asked[0]).toBe(listed);
    expect(joined.ownerOf(tcpSocket({ state: 'TIME_WAIT' }))).toBe(NONE);
  });
});
