import { expect, test } from 'vitest';
import { FlowOwners } from '../../../src/core/connection/flow-owners.ts';
import { ownerOf } from '../../../src/core/packet/packet-owners.ts';
import type { Process, Socket, SocketReading } from '../../../src/core/socket/socket.ts';
import { SocketTrace } from '../../../src/core/trace/socket-trace.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

type Endpoints = Pick<Socket, 'proto' | 'local_addr' | 'local_port' | 'remote_addr' | 'remote_port'>;
const US = '10.0.0.1';

function readingOf(held: readonly (readonly [Endpoints, string])[]): SocketReading {
  const processes = new Map(
    held.map(([socket, name], index) => [socket, { pid: 100 + index, name, uid: 0, started: 'x' }]),
  );
  return {
    sockets: held.map(([socket]) => socket as Socket),
    ownerOf: (socket) => ({ processes: [processes.get(socket) as Process], attribution: 'fd' as never }),
    userOf: () => 'root',
    ifaceOf: () => null,
    netns: null,
    limits: [],
  };
}

const tcp = (local: string, port: number, remote: string | null, remotePort: number | null): Endpoints => ({
  proto: 'tcp',
  local_addr: local,
  local_port: port,
  remote_addr: remote,
  remote_port: remotePort,
});

test.each<[string, Endpoints]>([
  ['the socket with both endpoints', tcp(US, 40_000, '10.0.0.2', 80)],
  ['a listener on the address', tcp(US, 40_000, null, null)],
  ['a listener on every address', tcp('0.0.0.0', 40_000, null, null)],
  ['a listener on every address of both families', tcp('::', 40_000, null, null)],
])('%s', (_what, socket) => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  owners.ingest(readingOf([[socket, 'curl']]));
  const packet = dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }));
  expect(owners.senderOf(packet)).toEqual({ pid: 100, process: 'curl', user: 'root' });
  expect(owners.receiverOf(packet)).toBeNull();
  expect(ownerOf(owners, packet)?.process).toBe('curl');
});

test('the same port of another machine is not ours', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  owners.ingest(readingOf([[tcp('0.0.0.0', 80, null, null), 'nginx']]));
  const packet = dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }));
  expect(ownerOf(owners, packet)).toBeNull();
});

test('datagrams to a group are received by who listens on the port', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  owners.ingest(readingOf([[{ ...tcp('0.0.0.0', 5353, null, null), proto: 'udp' }, 'avahi']]));
  const packet = dissectFrame(
    udpFrame({ from: [10, 0, 0, 9], to: [224, 0, 0, 251], srcPort: 5353, dstPort: 5353 }, [0]),
  );
  expect([owners.senderOf(packet), owners.receiverOf(packet)?.process]).toEqual([null, 'avahi']);
});

test('an owner that was found stays, one that was not is looked for again', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US, '10.0.0.2']);
  const dissector = new Dissector(REGISTRY);
  const packet = dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }), 1, dissector);
  expect(ownerOf(owners, packet)).toBeNull();
  owners.ingest(readingOf([[tcp(US, 40_000, '10.0.0.2', 80), 'curl']]));
  expect(owners.senderOf(packet)?.process).toBe('curl');
  owners.ingest(readingOf([[tcp('10.0.0.2', 80, US, 40_000), 'nginx']]));
  expect([owners.senderOf(packet)?.process, owners.receiverOf(packet)?.process]).toEqual(['curl', 'nginx']);
});

test('who is thrifty needs a reading while an owner that was asked for was missing in fewer than three', () => {
  const owners = new FlowOwners();
  expect(owners.needsReading).toBe(true);
  owners.isThrifty = true;
  owners.setAddresses([US]);
  const packet = dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }));
  const needed = [owners.needsReading];
  for (let reading = 0; reading < 4; reading++) {
    ownerOf(owners, packet);
    needed.push(owners.needsReading);
    owners.ingest(readingOf([]));
    needed.push(owners.needsReading);
  }
  expect(needed).toEqual([false, true, false, true, false, true, false, false, false]);
  owners.ingest(readingOf([[tcp(US, 40_000, null, null), 'curl']]));
  expect(ownerOf(owners, packet)?.process).toBe('curl');
});

test('a connection that no process has yet, or none any more, is of who listens', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  const listener = tcp('0.0.0.0', 80, null, null);
  const unaccepted = tcp(US, 80, '10.0.0.2', 40_000);
  const reading = readingOf([
    [listener, 'nginx'],
    [unaccepted, 'nobody'],
  ]);
  owners.ingest({
    ...reading,
    ownerOf: (socket) =>
      socket === (unaccepted as Socket) ? { processes: [], attribution: 'none kernel' } : reading.ownerOf(socket),
  });
  const frame = tcpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 40_000, dstPort: 80, flags: 2 });
  expect(owners.receiverOf(dissectFrame(frame))?.process).toBe('nginx');
});

test('of sockets that no reading met, the trace knows', () => {
  const trace = new SocketTrace(false);
  const owners = new FlowOwners(trace);
  owners.setAddresses([US]);
  owners.ingest(readingOf([]));
  const packet = dissectFrame(udpFrame({ from: [10, 0, 0, 1], to: [10, 0, 0, 2], srcPort: 40_000, dstPort: 53 }, [0]));
  expect(owners.senderOf(packet)).toBeNull();
  trace.ingest({
    kind: 'moved',
    at: 1,
    sock: 'a',
    inode: 7,
    proto: 'udp',
    process: { pid: 99, uid: 0, name: 'dig', comm: 'dig' },
    family: 'ipv4',
    local_addr: '0.0.0.0',
    local_port: 40_000,
    remote_addr: null,
    remote_port: null,
  });
  expect(owners.senderOf(packet)).toBeNull();
  owners.lookAgain();
  expect(owners.senderOf(packet)).toEqual({ pid: 99, process: 'dig', user: 'root' });
  expect(owners.ownershipOf(owners.senderOf(packet)!)).toMatchObject({ attribution: 'ebpf exact' });
  expect(owners.receiverOf(packet)).toBeNull();
});

test('each side of a flow is asked of the packet in its direction', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US, '10.0.0.2']);
  owners.ingest(
    readingOf([
      [tcp(US, 40_000, '10.0.0.2', 80), 'curl'],
      [tcp('10.0.0.2', 80, US, 40_000), 'nginx'],
    ]),
  );
  const dissector = new Dissector(REGISTRY);
  const there = dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }), 1, dissector);
  const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 80, dstPort: 40_000, flags: 0x12 };
  const answer = dissectFrame(tcpFrame(back), 1, dissector);
  const told = (packet: typeof there) => [owners.senderOf(packet)?.process, owners.receiverOf(packet)?.process];
  expect([told(there), told(answer)]).toEqual([
    ['curl', 'nginx'],
    ['nginx', 'curl'],
  ]);
  there.flow = null;
  expect(told(there)).toEqual([undefined, undefined]);
});

test.each<[readonly number[], boolean]>([
  [[224, 0, 0, 251], true],
  [[239, 255, 255, 250], true],
  [[255, 255, 255, 255], true],
  [[223, 0, 0, 1], false],
  [[10, 0, 0, 224], false],
])('a socket of any address may receive what is sent to %j: %j', (to, expected) => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  owners.ingest(readingOf([[{ ...tcp('0.0.0.0', 5353, null, null), proto: 'udp' }, 'avahi']]));
  const packet = dissectFrame(udpFrame({ from: [10, 0, 0, 9], to, srcPort: 5000, dstPort: 5353 }, [0]));
  expect(owners.receiverOf(packet)?.process === 'avahi').toBe(expected);
});

test('other addresses of this machine are asked again', () => {
  const owners = new FlowOwners();
  owners.ingest(readingOf([[tcp('0.0.0.0', 40_000, null, null), 'curl']]));
  const frame = tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 });
  expect(owners.senderOf(dissectFrame(frame))).toBeNull();
  owners.setAddresses([US]);
  expect(owners.senderOf(dissectFrame(frame))?.process).toBe('curl');
  owners.setAddresses([]);
  expect(owners.senderOf(dissectFrame(frame))).toBeNull();
});

test('a socket whose peer has no port is one without a peer', () => {
  const owners = new FlowOwners();
  owners.setAddresses([US]);
  const frame = tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 });
  for (const socket of [tcp(US, 40_000, '10.0.0.9', 0), tcp(US, 40_000, '10.0.0.9', null), tcp(US, 40_000, null, 9)]) {
    owners.ingest(readingOf([[socket, 'curl']]));
    expect(owners.senderOf(dissectFrame(frame))?.process).toBe('curl');
  }
  owners.ingest(readingOf([[tcp(US, 40_000, '10.0.0.9', 80), 'curl']]));
  expect(owners.senderOf(dissectFrame(frame))).toBeNull();
});

test('the user is that of the process, or else that of its socket', () => {
  const frame = tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 });
  const userOf = (processUid: number | null, socketUid: number | null): string | null => {
    const owners = new FlowOwners();
    const socket = { ...tcp(US, 40_000, '10.0.0.2', 80), uid: socketUid } as Socket;
    owners.ingest({
      ...readingOf([]),
      sockets: [socket],
      ownerOf: () => ({
        processes: [{ pid: 1, name: 'x', uid: processUid } as Process],
        attribution: 'proc_fd exact',
      }),
      userOf: (uid) => `user ${uid}`,
    });
    return owners.senderOf(dissectFrame(frame))!.user;
  };
  expect([userOf(5, 6), userOf(null, 6), userOf(null, null)]).toEqual(['user 5', 'user 6', null]);
});

test('how an owner was found is known of those that were found', () => {
  const owners = new FlowOwners();
  const reading = readingOf([[tcp(US, 40_000, '10.0.0.2', 80), 'curl']]);
  owners.ingest(reading);
  const owner = owners.senderOf(dissectFrame(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 })))!;
  expect(owners.ownershipOf(owner)).toEqual(reading.ownerOf(reading.sockets[0]!));
  expect(owners.ownershipOf({ ...owner })).toEqual({ processes: [], attribution: 'none unseen' });
});
