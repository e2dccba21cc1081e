import { isoTimeOf } from '../../core/instant.ts';
import { formatIpv4, formatIpv6 } from '../../core/net/ip-address.ts';
import type { WireguardDevice, WireguardPeer } from '../../core/network/tunnel-device.ts';
import { eachAttribute, type Netlink } from './netlink.ts';
import { AF_INET, AF_INET6, readAddress, readText } from './rtnetlink.ts';

/**
 * WireGuard by generic netlink (include/uapi/linux/{genetlink,wireguard}.h): families by their names, then each device with
 * its peers. The kernel tells private keys, too; they are overwritten as soon as they are met.
 */
const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;
const WG_CMD_GET_DEVICE = 0;
const WG_GENL_VERSION = 1;
const GENL_HEADER_BYTES = 4;

const WGDEVICE_A_IFNAME = 2;
const WGDEVICE_A_PRIVATE_KEY = 3;
const WGDEVICE_A_LISTEN_PORT = 6;
const WGDEVICE_A_PEERS = 8;
const WGPEER_A_PUBLIC_KEY = 1;
const WGPEER_A_PRESHARED_KEY = 2;
const WGPEER_A_ENDPOINT = 4;
const WGPEER_A_LAST_HANDSHAKE_TIME = 6;
const WGPEER_A_RX_BYTES = 7;
const WGPEER_A_TX_BYTES = 8;
const WGPEER_A_ALLOWEDIPS = 9;
const WGALLOWEDIP_A_FAMILY = 1;
const WGALLOWEDIP_A_IPADDR = 2;
const WGALLOWEDIP_A_CIDR_MASK = 3;

const KEY_BYTES = 32;
const SHOWN_OF_KEY = 8;
const MOST_ALLOWED = 100;

/** The number of a family; null where the kernel has none of this name. Throws NetlinkError. */
export function readFamilyId(netlink: Netlink, name: string): number | null {
  let found: number | null = null;
  netlink.dump(GENL_ID_CTRL, Buffer.from([CTRL_CMD_GETFAMILY, 1, 0, 0]), (_type, data, start, end) => {
    found ??= parseFamilyId(data, start, end, name);
  });
  return found;
}

/** The number of the family that a message is about; null when it is another one. */
export function parseFamilyId(data: Buffer, start: number, end: number, name: string): number | null {
  let id: number | null = null;
  let isNamed = false;
  eachAttribute(data, start + GENL_HEADER_BYTES, end, (type, from, to) => {
    if (type === CTRL_ATTR_FAMILY_ID && to - from >= 2) id = data.readUInt16LE(from);
    else if (type === CTRL_ATTR_FAMILY_NAME) isNamed = readText(data, from, to) === name;
  });
  return isNamed ? id : null;
}

/** A device and its peers. Throws NetlinkError: EPERM without CAP_NET_ADMIN. */
export function readWireguard(netlink: Netlink, family: number, iface: string): WireguardDevice {
  const device = openDevice(iface);
  netlink.dump(family, requestOf(iface), (_type, data, start, end) => device.read(data, start, end));
  return device.done();
}

function requestOf(iface: string): Buffer {
  const name = Buffer.from(`${iface}\0`);
  const request = Buffer.alloc(GENL_HEADER_BYTES + 4 + ((name.length + 3) & ~3));
  request[0] = WG_CMD_GET_DEVICE;
  request[1] = WG_GENL_VERSION;
  request.writeUInt16LE(4 + name.length, GENL_HEADER_BYTES);
  request.writeUInt16LE(WGDEVICE_A_IFNAME, GENL_HEADER_BYTES + 2);
  name.copy(request, GENL_HEADER_BYTES + 4);
  return request;
}

interface PeerDraft {
  /** The whole key, to know a peer by that goes on in the next message. */
  readonly whole: string;
  endpoint: WireguardPeer['endpoint'];
  lastHandshake: string | null;
  rxBytes: number | null;
  txBytes: number | null;
  readonly allowedIps: string[];
}

/** Puts a device together from its messages: what does not fit into one goes on in the next, under the same key. */
export function openDevice(iface: string) {
  const peers = new Map<string, PeerDraft>();
  let listenPort: number | null = null;

  function readPeer(data: Buffer, start: number, end: number): void {
    let whole = '';
    eachAttribute(data, start, end, (type, from, to) => {
      if (type === WGPEER_A_PUBLIC_KEY && to - from === KEY_BYTES) whole = data.toString('base64', from, to);
      else if (type === WGPEER_A_PRESHARED_KEY) data.fill(0, from, to);
    });
    if (whole === '') return;
    const peer = peers.get(whole) ?? {
      whole,
      endpoint: null,
      lastHandshake: null,
      rxBytes: null,
      txBytes: null,
      allowedIps: [],
    };
    peers.set(whole, peer);
    eachAttribute(data, start, end, (type, from, to) => {
      if (type === WGPEER_A_ENDPOINT) peer.endpoint = parseEndpoint(data, from, to);
      else if (type === WGPEER_A_LAST_HANDSHAKE_TIME) peer.lastHandshake = parseTime(data, from, to);
      else if (type === WGPEER_A_RX_BYTES) peer.rxBytes = readU64(data, from, to);
      else if (type === WGPEER_A_TX_BYTES) peer.txBytes = readU64(data, from, to);
      else if (type === WGPEER_A_ALLOWEDIPS) {
        eachAttribute(data, from, to, (_index, at, past) => {
          const block = peer.allowedIps.length < MOST_ALLOWED ? parseAllowed(data, at, past) : null;
          if (block !== null) peer.allowedIps.push(block);
        });
      }
    });
  }

  return {
    read(data: Buffer, start: number, end: number): void {
      eachAttribute(data, start + GENL_HEADER_BYTES, end, (type, from, to) => {
        if (type === WGDEVICE_A_PRIVATE_KEY) data.fill(0, from, to);
        else if (type === WGDEVICE_A_LISTEN_PORT && to - from >= 2) listenPort = data.readUInt16LE(from) || null;
        else if (type === WGDEVICE_A_PEERS)
          eachAttribute(data, from, to, (_index, at, past) => readPeer(data, at, past));
      });
    },
    done: (): WireguardDevice => ({
      iface,
      listenPort,
      peers: [...peers.values()].map(({ whole, ...peer }) => ({ key: `${whole.slice(0, SHOWN_OF_KEY)}...`, ...peer })),
    }),
  };
}

/** struct sockaddr_in or sockaddr_in6. */
function parseEndpoint(data: Buffer, start: number, end: number): WireguardPeer['endpoint'] {
  if (end - start < 8) return null;
  const family = data.readUInt16LE(start);
  const port = data.readUInt16BE(start + 2);
  if (family === AF_INET) return { addr: formatIpv4(data.readUInt32BE(start + 4)), port };
  if (family === AF_INET6 && end - start >= 24) return { addr: formatIpv6(data, start + 8), port };
  return null;
}

/** struct __kernel_timespec; zero for never. */
function parseTime(data: Buffer, start: number, end: number): string | null {
  if (end - start < 16) return null;
  const ms = Number(data.readBigInt64LE(start)) * 1000 + Math.trunc(Number(data.readBigInt64LE(start + 8)) / 1e6);
  return ms === 0 ? null : isoTimeOf(ms);
}

function parseAllowed(data: Buffer, start: number, end: number): string | null {
  let family = 0;
  let prefix: number | null = null;
  let address: string | null = null;
  eachAttribute(data, start, end, (type, from, to) => {
    if (type === WGALLOWEDIP_A_FAMILY && to - from >= 2) family = data.readUInt16LE(from);
    else if (type === WGALLOWEDIP_A_IPADDR) address = readAddress(family, data, from, to);
    else if (type === WGALLOWEDIP_A_CIDR_MASK && from < to) prefix = data[from]!;
  });
  return address === null || prefix === null ? null : `${address}/${prefix}`;
}

const readU64 = (data: Buffer, start: number, end: number): number | null =>
  end - start < 8 ? null : data.readUInt32LE(start) + data.readUInt32LE(start + 4) * 2 ** 32;
