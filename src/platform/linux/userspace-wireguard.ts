import net from 'node:net';
import { isoTimeOf } from '../../core/instant.ts';
import type { TunnelHolder, WireguardDevice, WireguardPeer } from '../../core/network/tunnel-device.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';

/**
 * WireGuard without the kernel (wireguard-go, boringtun): a process that holds a tun device, and answers on a socket of its
 * own (wireguard.com/xplatform, "Configuration Protocol"). It tells private keys, too: lines of them are not kept.
 */
const FOLDERS = ['/run/wireguard', '/var/run/wireguard'];
const QUESTION = 'get=1\n\n';
const ANSWER_MS = 1000;
/** Of some ten thousand peers. */
const LONGEST_ANSWER = 8 * 1024 * 1024;
const SHOWN_OF_KEY = 8;
const MOST_ALLOWED = 100;

/** Whether a process that holds `iface` also listens as WireGuard would for it: the path of that socket, or null. */
export function findUserspaceWireguard(host: Host, iface: string, { pid }: TunnelHolder): string | null {
  if (!/^[\w.=+-]{1,15}$/.test(iface)) return null; // as wg has them
  const inodes = listenersAt(host.readIfAny(`/proc/${pid}/net/unix`) ?? '', `/wireguard/${iface}.sock`);
  if (inodes.size === 0 || !holdsOne(host, pid, inodes)) return null;
  // by the files of the process, which may be in a container; a link there could lead to the files of this machine
  const root = `/proc/${pid}/root`;
  const isPlain = (file: string): boolean => host.linkIfAny(file) === null;
  const folder = FOLDERS.find((one) =>
    one.split('/').every((_, at, parts) => at === 0 || isPlain(root + parts.slice(0, at + 1).join('/'))),
  );
  return folder === undefined ? null : `${root}${folder}/${iface}.sock`;
}

function holdsOne(host: Host, pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return host
      .list(`/proc/${pid}/fd`)
      .some((descriptor) => inodes.has(host.linkIfAny(`/proc/${pid}/fd/${descriptor}`) ?? ''));
  } catch {
    return false; // it has ended, or is another user's
  }
}

/** The sockets, as descriptors name them, that listen at a path with this end, from /proc/PID/net/unix. */
export function listenersAt(text: string, end: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    // Num RefCount Protocol Flags (__SO_ACCEPTCON) Type St Inode Path
    const inode = line.endsWith(end) ? /^\S+: \S+ \S+ 00010000 0001 \S+ +(\d+) /.exec(line)?.[1] : undefined;
    if (inode !== undefined) found.add(`socket:[${inode}]`);
  }
  return found;
}

/** Asks such a socket. Rejects with an Error that says why there is no answer. */
export async function askUserspaceWireguard(clock: Clock, file: string, iface: string): Promise<WireguardDevice> {
  return parseConfiguration(await ask(clock, file), iface);
}

function ask(clock: Clock, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: file });
    const cancel = clock.after(ANSWER_MS, () => socket.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    const pieces: string[] = [];
    let length = 0;
    let tail = '';
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(QUESTION));
    socket.on('data', (piece: string) => {
      length += piece.length;
      if (length > LONGEST_ANSWER) socket.destroy(new Error('its answer is too long'));
      pieces.push(piece);
      tail = (tail + piece).slice(-2);
      // an empty line ends the answer; the other side may wait for the next question
      if (tail === '\n\n') socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => {
      cancel();
      resolve(pieces.join(''));
    });
  });
}

/** An answer to `get=1`. Throws an Error when it is none, or tells an error. */
export function parseConfiguration(text: string, iface: string): WireguardDevice {
  const errno = /^errno=(-?\d{1,9})$/m.exec(text)?.[1];
  if (errno === undefined) throw new Error('its answer is not one of WireGuard');
  if (errno !== '0') throw new Error(`it answers with error ${errno}`);
  let listenPort: number | null = null;
  const peers: PeerDraft[] = [];
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    const [key, value] = [line.slice(0, at), line.slice(at + 1)];
    if (key === 'listen_port') listenPort = numberOf(value) || null;
    else if (key === 'public_key') {
      if (/^[0-9a-f]{64}$/.test(value)) peers.push(draftOf(value));
    } else if (peers.length > 0) take(peers.at(-1)!, key, value);
  }
  return { iface, listenPort, peers: peers.map(peerOf) };
}

interface PeerDraft {
  readonly key: string;
  endpoint: WireguardPeer['endpoint'];
  seconds: number;
  nanoseconds: number;
  rxBytes: number | null;
  txBytes: number | null;
  readonly allowedIps: string[];
}

const draftOf = (hex: string): PeerDraft => ({
  key: `${Buffer.from(hex, 'hex').toString('base64').slice(0, SHOWN_OF_KEY)}...`,
  endpoint: null,
  seconds: 0,
  nanoseconds: 0,
  rxBytes: null,
  txBytes: null,
  allowedIps: [],
});

function take(peer: PeerDraft, key: string, value: string): void {
  if (key === 'endpoint') peer.endpoint = parseEndpoint(value);
  else if (key === 'last_handshake_time_sec') peer.seconds = numberOf(value) ?? 0;
  else if (key === 'last_handshake_time_nsec') peer.nanoseconds = numberOf(value) ?? 0;
  else if (key === 'rx_bytes') peer.rxBytes = numberOf(value);
  else if (key === 'tx_bytes') peer.txBytes = numberOf(value);
  else if (key === 'allowed_ip' && peer.allowedIps.length < MOST_ALLOWED && isBlock(value)) peer.allowedIps.push(value);
}

function peerOf({ seconds, nanoseconds, ...peer }: PeerDraft): WireguardPeer {
  const ms = seconds * 1000 + Math.trunc(nanoseconds / 1e6);
  return { ...peer, lastHandshake: ms === 0 ? null : isoTimeOf(ms) };
}

/** As in `192.0.2.1:51820` and `[2001:db8::1]:51820`; a zone is left out. */
function parseEndpoint(text: string): WireguardPeer['endpoint'] {
  const [, v6, v4, port] = /^(?:\[([^\]%]{2,45})(?:%[^\]]{1,15})?\]|([\d.]{7,15})):(\d{1,5})$/.exec(text) ?? [];
  const addr = v6 ?? v4;
  return addr === undefined || net.isIP(addr) === 0 || Number(port) > 65_535 ? null : { addr, port: Number(port) };
}

const isBlock = (text: string): boolean => {
  const [, address = '', prefix] = /^([\da-f.:]{2,45})\/(\d{1,3})$/.exec(text) ?? [];
  const family = net.isIP(address);
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128);
};

const numberOf = (text: string): number | null => (/^\d{1,16}$/.test(text) ? Number(text) : null);
