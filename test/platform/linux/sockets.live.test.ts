import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Socket, SocketReading } from '../../../src/core/socket/socket.ts';
import { type NetworkNamespace, openNetns } from '../../../src/platform/linux/netns.ts';
import { parseProcNetSockets } from '../../../src/platform/linux/proc-net-sockets.ts';
import { openLinuxSockets } from '../../../src/platform/linux/sockets.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import {
  CLIENT_BYTES,
  HOSTILE_NAME,
  openSocketScene,
  type ScenePort,
  SERVER_BYTES,
  type SocketScene,
  UNREAD_BYTES,
} from '../../support/socket-scene.ts';
import { type Endpoint, hasSs, readSs, type SsSocket } from '../../support/ss.ts';
import { noNetwork } from './live-network.ts';

if (!hasSs) console.warn('skipped: sockets compared with ss: needs iproute2');

/** State names of ss in ours. */
const STATES: Readonly<Record<string, Socket['state']>> = {
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'TIME-WAIT': 'TIME_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  LISTEN: 'LISTEN',
  UNCONN: 'UNCONN',
};

const WAITING: ReadonlySet<string> = new Set(['TIME-WAIT', 'LISTEN']);

/** What both sides know of a socket, in our fields. */
interface Compared {
  readonly proto: string;
  readonly local: Endpoint;
  readonly remote: Endpoint | null;
  readonly [field: string]: unknown;
}

/** A socket of ss. */
function fromSs(socket: SsSocket): Compared {
  const { numbers, memory, remote } = socket;
  const held = socket.inode !== 0;
  const connection = socket.proto === 'tcp' && !WAITING.has(socket.state) && held;
  const count = (name: string, index = 0): number => numbers[name]?.[index] ?? 0;
  const counter = (name: string, index = 0): number | null => (connection ? count(name, index) : null);
  const measure = (name: string, index = 0): number | null => numbers[name]?.[index] ?? null;
  return {
    key: socket.cookie,
    source: 'sock_diag',
    proto: socket.proto,
    state: STATES[socket.state],
    local: socket.local,
    remote,
    uid: held ? socket.uid : null,
    inode: held ? socket.inode : null,
    rx_queue: socket.rxQueue,
    tx_queue: socket.txQueue,
    // ss prints what the kernel counts: sequence numbers, so that the FIN of the peer is a byte
    rx_bytes: connection ? count('bytes_received') - (socket.state === 'CLOSE-WAIT' ? 1 : 0) : null,
    tx_bytes: connection ? count('bytes_sent') - count('bytes_retrans') : null,
    rx_packets: counter('segs_in'),
    tx_packets: counter('segs_out'),
    rtt_ms: connection ? measure('rtt') : null,
    rttvar_ms: connection ? measure('rtt', 1) : null,
    min_rtt_ms: connection ? measure('minrtt') : null,
    retrans: counter('retrans', 1),
    lost: counter('lost'),
    cwnd: counter('cwnd'),
    mss: counter('mss'),
    congestion: socket.congestion,
    // and SYN and FIN are; in the scene all that was sent is acknowledged
    bytes_acked: connection ? count('bytes_sent') - count('bytes_retrans') : null,
    bytes_retrans: counter('bytes_retrans'),
    rmem_bytes: memory.r ?? null,
    wmem_bytes: memory.w ?? null,
    rcvbuf_bytes: memory.rb ?? null,
    sndbuf_bytes: memory.tb ?? null,
    drops: memory.d ?? null,
    app: null,
    server_name: null,
    stream: null,
    // none of the scene carries MPTCP
    mptcp_token: null,
    mptcp_role: null,
    mptcp_subflows: null,
    mptcp_rx_bytes: null,
    mptcp_tx_bytes: null,
    mptcp_backup: null,
    mptcp_local_id: null,
    mptcp_remote_id: null,
    mptcp_flags: null,
    holders: socket.processes.map(({ pid, comm }) => `${pid} ${comm}`).sort(),
  };
}

/** One of ours. */
function fromOurs(socket: Socket, reading: SocketReading): Compared {
  const { family: _, ifindex: __, delivery_rate: ___, retransmits: ____, ...rest } = socket;
  const { local_addr, local_port, remote_addr, remote_port, ...same } = rest;
  return {
    ...same,
    local: { addr: local_addr, port: local_port },
    remote: remote_addr === null ? null : { addr: remote_addr, port: remote_port },
    holders: reading
      .ownerOf(socket)
      .processes.map(({ pid, comm }) => `${pid} ${comm}`)
      .sort(),
  };
}

const placeOf = ({ proto, local, remote }: Compared): string => JSON.stringify([proto, local, remote]);
const byPlace = (all: Compared[]): Compared[] => all.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));

describe.skipIf(!hasSs || process.platform !== 'linux')('the sockets of other processes', () => {
  const name = noNetwork === null ? `nws-${process.pid}` : null;
  let netns: NetworkNamespace | null = null;
  let scene: SocketScene;

  beforeAll(async () => {
    if (name !== null) {
      execFileSync('ip', ['netns', 'add', name]);
      execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
      netns = openNetns(name);
    }
    scene = await openSocketScene(name);
  });
  afterAll(() => {
    scene?.close();
    netns?.close();
    if (name !== null) spawnSync('ip', ['netns', 'del', name]);
  });

  const read = async (): Promise<SocketReading> => {
    const request = { protocols: null, owners: true, processDetails: true, closed: false };
    const source = openLinuxSockets(openHost(null, realClock), netns, request, realClock);
    const reading = await source.read();
    source.close();
    return reading;
  };
  /** On a machine in use, only what is ours. */
  const isOurs = (port: number | null): boolean => Object.values(scene.ports).includes(port ?? -1);
  const isInScene = (local: number | null, remote: number | null | undefined): boolean =>
    name !== null || isOurs(local) || isOurs(remote ?? null);
  const find = (
    { sockets }: SocketReading,
    state: Socket['state'],
    side: 'local' | 'remote',
    port: ScenePort,
  ): Socket[] => sockets.filter((socket) => socket.state === state && socket[`${side}_port`] === scene.ports[port]);

  test('are those of ss, field for field and to the byte', async () => {
    const isCompared = ({ proto, local, remote }: Compared): boolean =>
      (proto === 'tcp' || proto === 'udp') &&
      local.port !== scene.ports.hostile && // a line that ss breaks
      isInScene(local.port, remote?.port);
    const ours = (of: SocketReading): Compared[] =>
      byPlace(of.sockets.map((socket) => fromOurs(socket, of)).filter(isCompared));
    const readPeer = (): Compared[] => byPlace(readSs(name).map(fromSs).filter(isCompared));

    // what others open and close meanwhile may have a port of ours: a reading counts when the next is the same
    let reading: SocketReading;
    let peer: Compared[];
    let isSame: boolean;
    for (let attempt = 1; ; attempt++) {
      const before = ours(await read());
      peer = readPeer();
      reading = await read();
      isSame = isDeepStrictEqual(before, ours(reading));
      if (isSame || attempt === 50) break;
    }
    expect(isSame).toBe(true);
    expect(ours(reading)).toEqual(peer);
    expect(peer.length).toBeGreaterThan(14);
    expect(reading).toMatchObject({ netns: name });
    expect(
      reading.sockets.filter((socket) => socket.proto === 'tcp').every((socket) => socket.source === 'sock_diag'),
    ).toBe(true);
  });

  test('have moved the bytes that were sent', async () => {
    const reading = await read();
    for (const port of ['ipv4', 'dual'] as const) {
      const clients = find(reading, 'ESTABLISHED', 'remote', port);
      expect(clients.map(({ family }) => family)).toEqual(port === 'dual' ? ['ipv4', 'ipv6'] : ['ipv4']);
      for (const client of clients) {
        expect(client).toMatchObject({ tx_bytes: CLIENT_BYTES, rx_bytes: SERVER_BYTES, rx_queue: 0, tx_queue: 0 });
        expect(client.rtt_ms).toBeGreaterThan(0);
        expect(reading.ownerOf(client)).toMatchObject({
          processes: [{ pid: scene.clientPid, name: path.basename(process.execPath), exe: process.execPath }],
          attribution: 'proc_fd exact',
        });
      }
      for (const server of find(reading, 'ESTABLISHED', 'local', port)) {
        expect(server).toMatchObject({ tx_bytes: SERVER_BYTES, rx_bytes: CLIENT_BYTES });
        expect(reading.ownerOf(server).processes.map(({ pid }) => pid)).toEqual([scene.serverPid]);
        expect(reading.ifaceOf(server)).toBe('lo');
      }
    }
    expect(find(reading, 'ESTABLISHED', 'remote', 'unread')).toMatchObject([{ rx_queue: UNREAD_BYTES }]);
  });

  test('stand in the states they were brought to', async () => {
    const reading = await read();
    expect(find(reading, 'CLOSE_WAIT', 'local', 'half')).toMatchObject([{ rx_bytes: 7 }]);
    expect(find(reading, 'FIN_WAIT2', 'remote', 'half')).toMatchObject([{ tx_bytes: 7, bytes_acked: 7 }]);
    const [waiting] = find(reading, 'TIME_WAIT', 'remote', 'closed');
    expect(waiting).toMatchObject({ inode: null, uid: null, rx_bytes: null });
    expect(reading.ownerOf(waiting!)).toEqual({ processes: [], attribution: 'none kernel' });
    expect(find(reading, 'LISTEN', 'local', 'dual')).toMatchObject([
      { family: 'ipv6', local_addr: '::', rtt_ms: null },
    ]);
    expect(find(reading, 'UNCONN', 'local', 'udp')).toMatchObject([{ proto: 'udp', remote_addr: null }]);
    expect(find(reading, 'ESTABLISHED', 'remote', 'udp')).toMatchObject([{ proto: 'udp', remote_addr: '127.0.0.1' }]);
  });

  test.skipIf(process.getuid?.() !== 0)('include raw ones and UDP-Lite', async () => {
    const reading = await read();
    const held = reading.sockets
      .filter(({ proto }) => proto === 'raw' || proto === 'udplite')
      .filter((socket) => reading.ownerOf(socket).processes.some(({ pid }) => pid === scene.serverPid))
      .map(({ proto, family, local_port, state }) => [proto, family, local_port, state]);
    const lite = scene.ports.udplite === 0 ? [] : [['udplite', 'ipv4', scene.ports.udplite, 'UNCONN']];
    expect(held).toEqual([...lite, ['raw', 'ipv4', 1, 'UNCONN'], ['raw', 'ipv6', 58, 'UNCONN']]);
    expect(
      readSs(name).filter(({ proto, processes }) => proto === 'raw' && processes[0]?.pid === scene.serverPid),
    ).toHaveLength(2);
  });

  test('may be shared: the first to start comes first', async () => {
    const reading = await read();
    const [shared] = find(reading, 'LISTEN', 'local', 'shared');
    const { processes, attribution } = reading.ownerOf(shared!);
    expect([attribution, ...processes.map(({ pid }) => pid)]).toEqual([
      'proc_fd shared',
      scene.serverPid,
      scene.sharerPid,
    ]);
  });

  test('may be held by a process with a hostile name', async () => {
    const reading = await read();
    const [hostile] = find(reading, 'LISTEN', 'local', 'hostile');
    const holder = reading.ownerOf(hostile!).processes.find(({ pid }) => pid === scene.hostilePid);
    expect(holder).toMatchObject({ name: HOSTILE_NAME, comm: HOSTILE_NAME.slice(0, 15) });
  });

  test('are the same in /proc/net, as far as that goes', async () => {
    const kernel = await read();
    const files = ['tcp', 'tcp6'].flatMap((file) =>
      parseProcNetSockets(openHost(null, realClock).read(`/proc/${scene.serverPid}/net/${file}`), 'tcp'),
    );
    const place = (socket: Socket): string =>
      [socket.local_addr, socket.local_port, socket.remote_addr, socket.remote_port].join();
    const byText = new Map(files.map((socket) => [place(socket), socket]));
    const compared = kernel.sockets.filter(
      ({ proto, local_port, remote_port }) => proto === 'tcp' && isInScene(local_port, remote_port),
    );
    expect(compared.length).toBeGreaterThan(14);
    for (const { state, family, uid, inode, rx_queue, tx_queue, cwnd, ...socket } of compared) {
      expect(byText.get(place(socket as Socket))).toMatchObject({
        state,
        family,
        uid,
        inode,
        rx_queue,
        tx_queue: state === 'LISTEN' ? null : tx_queue,
        cwnd,
      });
    }
  });

  test.skipIf(noNetwork !== null)('hide their owner from an ordinary user, who is told so', async () => {
    const dist = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-nobody-'));
    try {
      fs.chmodSync(dist, 0o755);
      fs.symlinkSync(path.join(import.meta.dirname, '../../../node_modules'), path.join(dist, 'node_modules'));
      const sources = path.join(import.meta.dirname, '../../../src/platform');
      await build({
        stdin: {
          contents: `
            import { openHost } from './machine/host.ts';
            import { realClock } from './machine/real-clock.ts';
            import { openLinuxSockets } from './linux/sockets.ts';
            const request = { protocols: null, owners: true, processDetails: true, closed: false };
            const reading = await openLinuxSockets(openHost(null, realClock), null, request, realClock).read();
            const port = ${scene.ports.ipv4};
            const listening = reading.sockets.find((one) => one.local_port === port && one.state === 'LISTEN');
            console.log(JSON.stringify({ listening, owner: reading.ownerOf(listening), limits: reading.limits }));`,
          loader: 'ts',
          resolveDir: sources,
        },
        outfile: path.join(dist, 'read.mjs'),
        bundle: true,
        format: 'esm',
        platform: 'node',
        external: ['koffi', 'execa'],
      });
      const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      const args = ['netns', 'exec', name!, ...nobody, process.execPath, path.join(dist, 'read.mjs')];
      const said = JSON.parse(execFileSync('ip', args, { encoding: 'utf8' }));
      expect(said).toMatchObject({
        listening: { state: 'LISTEN', uid: 0 },
        owner: { processes: [], attribution: 'none denied' },
        limits: [{ what: expect.stringMatching(/^owners of \d+ sockets$/), remedy: 'sudo netwatch conns' }],
      });
    } finally {
      fs.rmSync(dist, { recursive: true });
    }
  });
});
