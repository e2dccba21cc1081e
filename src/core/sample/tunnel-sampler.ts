import type { Instant } from '../instant.ts';
import type { TunnelDevice, WireguardPeer } from '../network/tunnel-device.ts';
import { openTunnelSessions, type TunnelSample } from '../network/tunnel-sessions.ts';
import type { TunnelRow } from '../record/tables/tunnel.ts';
import type { Socket } from '../socket/socket.ts';
import type { Reading, SocketRequest, SocketSource } from '../system/platform.ts';
import { type OuterFlow, outerFlowOf } from './outer-flow.ts';
import type { OwnedSockets } from './owned-sockets.ts';

/** The tunnels of a machine, look after look. */
export interface TunnelSampler {
  look(at: Instant): Promise<Reading<TunnelRow>>;
  close(): void;
}

const OUTER: SocketRequest = { protocols: new Set(['tcp', 'udp']), owners: true, processDetails: false, closed: false };

/** WireGuard rejects keys that are older (REJECT_AFTER_TIME of its protocol). */
const KEYS_LAST_MS = 180_000;

export function openTunnelSampler(owned: Pick<OwnedSockets, 'open' | 'readTunnels'>): TunnelSampler {
  const sessions = openTunnelSessions();
  let source: SocketSource | null = null;
  /** By index of the device, the socket of its outer flow at the last look. */
  let last = new Map<number, Socket['key']>();
  return {
    async look(at) {
      const { rows, limits } = await owned.readTunnels();
      const isHeld = rows.some(({ holders }) => holders.length > 0);
      if (isHeld) source ??= await owned.open(OUTER);
      const sockets = isHeld ? await source!.read() : null;
      const flows = new Map<number, OuterFlow>();
      for (const device of rows) {
        const flow = sockets === null ? null : outerFlowOf(device, sockets, last.get(device.index));
        if (flow !== null) flows.set(device.index, flow);
      }
      last = new Map([...flows].map(([index, { socket }]) => [index, socket.key]));
      const now = Date.parse(at.time);
      const samples = rows.flatMap((device) => samplesOf(device, flows.get(device.index) ?? null, now));
      // which sockets have no known owner does not matter: those of the holders have
      return { rows: sessions.ingest(samples, at), limits };
    },
    close: () => source?.close(),
  };
}

function samplesOf(device: TunnelDevice, outer: OuterFlow | null, now: number): TunnelSample[] {
  const { wireguard } = device;
  if (wireguard !== null && wireguard.peers.length > 0)
    return wireguard.peers.map((peer) => samplePeer(device, peer, wireguard.listenPort, now));
  const [holder] = device.holders;
  return [
    {
      iface: device.iface,
      index: device.index,
      kind:
        device.kind === 'wireguard' || wireguard !== null
          ? 'wireguard'
          : holder?.name === 'openvpn'
            ? 'openvpn'
            : device.kind,
      state: stateOf(device),
      peer: null,
      pid: holder?.pid ?? null,
      process: holder?.name ?? null,
      process_start: holder?.started ?? null,
      proto: outer === null ? null : (outer.socket.proto as 'tcp' | 'udp'),
      local_addr: outer?.socket.local_addr ?? null,
      local_port: outer?.socket.local_port ?? null,
      remote_addr: outer?.socket.remote_addr ?? null,
      remote_port: outer?.socket.remote_port ?? null,
      outer_iface: outer?.iface ?? null,
      outer_flows: holder === undefined ? null : (outer?.flows ?? 0),
      inner: device.addresses,
      rx_bytes: device.rx_bytes,
      tx_bytes: device.tx_bytes,
      last_handshake: null,
    },
  ];
}

function samplePeer(device: TunnelDevice, peer: WireguardPeer, listenPort: number | null, now: number): TunnelSample {
  const [holder] = device.holders;
  return {
    iface: device.iface,
    index: device.index,
    kind: 'wireguard',
    state: stateOfPeer(device, peer, now),
    peer: peer.key,
    pid: holder?.pid ?? null,
    process: holder?.name ?? null,
    process_start: holder?.started ?? null,
    proto: 'udp',
    local_addr: null,
    local_port: listenPort,
    remote_addr: peer.endpoint?.addr ?? null,
    remote_port: peer.endpoint?.port ?? null,
    outer_iface: null,
    outer_flows: null,
    inner: peer.allowedIps,
    rx_bytes: peer.rxBytes,
    tx_bytes: peer.txBytes,
    last_handshake: peer.lastHandshake,
  };
}

function stateOf(device: TunnelDevice): TunnelSample['state'] {
  if (!isUpOf(device)) return 'down';
  if (device.wireguard !== null) return 'waiting';
  return device.kind === 'wireguard' ? null : 'up';
}

function stateOfPeer(device: TunnelDevice, { lastHandshake }: WireguardPeer, now: number): TunnelSample['state'] {
  if (!isUpOf(device)) return 'down';
  if (lastHandshake === null) return 'waiting';
  return now - Date.parse(lastHandshake) < KEYS_LAST_MS ? 'up' : 'idle';
}

/** The kernel says unknown of a tunnel that is up. */
const isUpOf = ({ state }: TunnelDevice): boolean => state === 'up' || state === 'unknown';
