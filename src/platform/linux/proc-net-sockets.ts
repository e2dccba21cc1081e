import { blankSocket, type SocketDraft } from '../../core/socket/blank-socket.ts';
import type { Socket } from '../../core/socket/socket.ts';
import { ipv4Text, ipv6Text, isAny, isMapped } from './address-text.ts';
import { socketState } from './socket-state.ts';
import { eachWholeLine } from './text-lines.ts';

/**
 * Socket listings as text: /proc/net/{tcp,udp,udplite,raw,icmp} and the IPv6 twin of each (proc_net(5); get_tcp4_sock in
 * net/ipv4/tcp_ipv4.c, udp4_format_sock in net/ipv4/udp.c). They know nothing of bytes or round-trip times.
 */
export const PROC_NET_PROTOCOLS = ['tcp', 'udp', 'udplite', 'raw', 'icmp'] as const;
export type ProcNetProtocol = (typeof PROC_NET_PROTOCOLS)[number];

const ADDRESS = '([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})';
const HEAD =
  `^ *\\d+: ${ADDRESS} ${ADDRESS} ([0-9A-F]{2})` + // addresses and state
  ' ([0-9A-F]{8}):([0-9A-F]{8}) [0-9A-F]{2}:[0-9A-F]{8,16} ([0-9A-F]{8})' + // queues, timer, timeouts in a row
  ' +(\\d{1,10}) +\\d+ (\\d{1,10}) \\d+ \\S{8,}'; // uid, inode, references, address
/** TIME_WAIT and SYN_RECV end after the address; others go on to the congestion window and slow start threshold. */
const TCP_LINE = new RegExp(`${HEAD}(?: \\d+ \\d+ \\d+ (\\d+) -?\\d+)? *$`);
/** The last number counts drops. */
const DATAGRAM_LINE = new RegExp(`${HEAD} (\\d+) *$`);

/** Every socket in the file of a protocol, of either family. Lines that are cut short are skipped. */
export function parseProcNetSockets(text: string, proto: ProcNetProtocol): Socket[] {
  const line = proto === 'tcp' ? TCP_LINE : DATAGRAM_LINE;
  const sockets: Socket[] = [];
  eachWholeLine(text, (wholeLine) => {
    const match = line.exec(wholeLine);
    const socket = match === null ? null : parseSocket(match, proto);
    if (socket !== null) sockets.push(socket);
  });
  return sockets;
}

function parseSocket(match: RegExpExecArray, proto: ProcNetProtocol): Socket | null {
  const inode = Number(match[10]);
  const uid = Number(match[9]);
  const last = match[11] === undefined ? null : Number(match[11]);
  if (inode !== 0 && last === null) return null;
  const socket = blankSocket();
  socket.source = 'proc_net';
  socket.proto = proto;
  socket.state = socketState(proto, Number.parseInt(match[5]!, 16));
  fillAddresses(socket, match[1]!, match[3]!);
  socket.local_port = Number.parseInt(match[2]!, 16);
  const remotePort = Number.parseInt(match[4]!, 16);
  if (remotePort !== 0) socket.remote_port = remotePort;
  else if (isAny(socket.remote_addr!)) socket.remote_addr = null;
  socket.rx_queue = Number.parseInt(match[7]!, 16);
  // the length of the accept queue is not told here
  if (socket.state !== 'LISTEN') socket.tx_queue = Number.parseInt(match[6]!, 16);
  if (inode !== 0) socket.inode = inode;
  // without an inode the kernel writes 0 for "no owner": that is not root
  if (inode !== 0 || uid !== 0) socket.uid = uid;
  if (proto !== 'tcp') {
    socket.drops = last;
  } else if (socket.remote_port !== null) {
    socket.cwnd = last;
    socket.retransmits = Number.parseInt(match[8]!, 16);
  }
  // the inode alone could be the cookie of another socket, as listings are mixed where netlink lacks a protocol
  socket.key = inode !== 0 ? `inode:${inode}` : `${proto}:${match[1]}:${match[2]}:${match[3]}:${match[4]}`;
  return socket;
}

const localWords = new Uint32Array(4);
const remoteWords = new Uint32Array(4);

function fillAddresses(socket: SocketDraft, local: string, remote: string): void {
  fillWords(localWords, local);
  fillWords(remoteWords, remote);
  if (local.length === 8) {
    socket.local_addr = ipv4Text(localWords[0]!);
    socket.remote_addr = ipv4Text(remoteWords[0]!);
  } else if (isMapped(localWords, 0)) {
    socket.local_addr = ipv4Text(localWords[3]!);
    socket.remote_addr = ipv4Text(remoteWords[3]!);
  } else {
    socket.family = 'ipv6';
    socket.local_addr = ipv6Text(localWords, 0);
    socket.remote_addr = ipv6Text(remoteWords, 0);
  }
}

/** The kernel prints each 32-bit word of an address as a number of the machine. */
function fillWords(words: Uint32Array, hex: string): void {
  for (let word = 0; word < hex.length / 8; word++)
    words[word] = Number.parseInt(hex.slice(8 * word, 8 * word + 8), 16);
}
