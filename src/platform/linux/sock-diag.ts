import type { SocketDraft } from '../../core/socket/blank-socket.ts';
import { AF_INET, AF_INET6, INET_DIAG_CONG, INET_DIAG_INFO, INET_DIAG_SKMEMINFO, parseInetDiag } from './inet-diag.ts';
import { ERRNO } from './libc.ts';
import { NETLINK_SOCK_DIAG, type Netlink, NetlinkError, openNetlink } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';
import { openIn } from './rtnetlink.ts';
import type { SocketMessages } from './socket-messages.ts';

/** Socket listings by netlink: sock_diag(7), include/uapi/linux/{sock_diag,inet_diag}.h. Needs no privilege. */
export const SOCK_DIAG_BY_FAMILY = 20;
/**
 * The request that was there before it: TCP of both families. The kernel goes through its table of connections once then,
 * which has 262,144 places on a machine of 24 GB (2 ms), and not once for each family.
 */
const TCPDIAG_GETSOCK = 18;
const TCP_REQUEST_BYTES = 60;
const REQUEST_BYTES = 56;
const ALL_STATES = 0xffffffff;
/** An interrupted dump is asked for again this often. */
const MAX_RETRIES = 3;

/** A request names MPTCP in an attribute, its number being too large for the header; no protocol is numbered 254. */
const IPPROTO_MPTCP = 262;
const UNASSIGNED_PROTOCOL = 254;
const INET_DIAG_REQ_PROTOCOL = 3;

export const DIAG_PROTOCOLS = {
  tcp: 6,
  udp: 17,
  dccp: 33,
  sctp: 132,
  udplite: 136,
  raw: 255,
  mptcp: IPPROTO_MPTCP,
} as const;
export type DiagProtocol = keyof typeof DIAG_PROTOCOLS;

export interface SockDiag {
  /**
   * Appends every socket of a protocol, IPv4 and IPv6, to `sockets`; none where no module of the kernel answers for it.
   * Returns false when the kernel kept changing its tables meanwhile, so that one may be missing or stand twice. Throws
   * NetlinkError.
   */
  read(proto: DiagProtocol, sockets: SocketDraft[]): boolean;
  /** The same; they are added to `messages` and not parsed. */
  keep(proto: DiagProtocol, messages: SocketMessages): boolean;
  close(): void;
}

/** Opens the door in a network namespace, or in our own. Throws NetlinkError, or Failure 69 without koffi. */
export function openSockDiag(netns: NetworkNamespace | null): SockDiag {
  const netlink = openIn(netns, () => openNetlink(NETLINK_SOCK_DIAG));
  return {
    read: openReading(netlink),
    keep: openKeeping(netlink),
    close: () => netlink.close(),
  };
}

/** See `SockDiag.read`. */
export function openReading(netlink: Netlink): SockDiag['read'] {
  const readsTcp = openTcpReading();
  return (proto, sockets) => {
    const before = sockets.length;
    const into = intoSockets(netlink, proto, sockets);
    const whole = proto === 'tcp' ? readsTcp(into) : null;
    if (whole === null) return readFamilies(into, proto);
    moveIpv6Behind(sockets, before);
    return whole;
  };
}

/** See `SockDiag.keep`. */
export function openKeeping(netlink: Netlink): SockDiag['keep'] {
  const readsTcp = openTcpReading();
  return (proto, messages) => {
    const into = intoMessages(netlink, messages);
    return (proto === 'tcp' ? readsTcp(into) : null) ?? readFamilies(into, proto);
  };
}

/** Reads all of TCP by one request; null where the kernel refuses it, which is not asked again then. */
function openTcpReading(): (into: Into) => boolean | null {
  let isRefused = false;
  return (into) => {
    if (isRefused) return null;
    const forget = into.begin();
    try {
      return readWith(into, TCPDIAG_GETSOCK, buildTcpRequest());
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      isRefused = true;
      forget();
      return null;
    }
  };
}

/** Sockets from `from` on stand as if each family had been asked for. */
function moveIpv6Behind(sockets: SocketDraft[], from: number): void {
  const ipv6: SocketDraft[] = [];
  let end = from;
  for (let index = from; index < sockets.length; index++) {
    const socket = sockets[index]!;
    if (socket.family === 'ipv6') ipv6.push(socket);
    else sockets[end++] = socket;
  }
  for (const socket of ipv6) sockets[end++] = socket;
}

function readFamilies(into: Into, proto: DiagProtocol): boolean {
  const ipv4 = readWith(into, SOCK_DIAG_BY_FAMILY, buildDiagRequest(AF_INET, proto));
  const ipv6 = readWith(into, SOCK_DIAG_BY_FAMILY, buildDiagRequest(AF_INET6, proto));
  return ipv4 && ipv6;
}

function readWith(into: Into, type: number, request: Buffer): boolean {
  const forget = into.begin();
  for (let attempt = 0; ; attempt++) {
    const whole = askOnce(into, type, request);
    if (whole || attempt === MAX_RETRIES) return whole;
    forget();
  }
}

function askOnce(into: Into, type: number, request: Buffer): boolean {
  try {
    return into.ask(type, request);
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === ERRNO.ENOENT) return true;
    throw error;
  }
}

/** Where the answers to a request go. */
interface Into {
  ask(type: number, request: Buffer): boolean;
  /** Returns a function that forgets what has come since. */
  begin(): () => void;
}

function intoSockets(netlink: Netlink, proto: DiagProtocol, sockets: SocketDraft[]): Into {
  return {
    ask(type, request) {
      let words: Uint32Array | undefined;
      return netlink.dump(type, request, (_type, data, start, end) => {
        words ??= wordsOf(data);
        const socket = parseInetDiag(words, start >>> 2, end >>> 2, proto);
        if (socket !== null) sockets.push(socket);
      });
    },
    begin() {
      const before = sockets.length;
      return () => {
        sockets.length = before;
      };
    },
  };
}

const intoMessages = (netlink: Netlink, messages: SocketMessages): Into => ({
  ask: (type, request) => netlink.dump(type, request, messages.visit, messages.room),
  begin: () => messages.begin(),
});

/** The receive buffer as 32-bit words; netlink aligns every message and attribute to them. */
export function wordsOf(data: Buffer): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length >>> 2);
}

/** struct inet_diag_req_v2, all states; asks only for the extensions that are read, as each costs the kernel time. */
export function buildDiagRequest(family: number, proto: DiagProtocol): Buffer {
  const isMptcp = proto === 'mptcp';
  const request = Buffer.alloc(isMptcp ? REQUEST_BYTES + 8 : REQUEST_BYTES);
  request[0] = family;
  request[1] = isMptcp ? UNASSIGNED_PROTOCOL : DIAG_PROTOCOLS[proto];
  request[2] = proto === 'tcp' ? TCP_EXTENSIONS : isMptcp ? MPTCP_EXTENSIONS : extension(INET_DIAG_SKMEMINFO);
  request.writeUInt32LE(ALL_STATES, 4);
  if (isMptcp) {
    request.writeUInt16LE(8, REQUEST_BYTES);
    request.writeUInt16LE(INET_DIAG_REQ_PROTOCOL, REQUEST_BYTES + 2);
    request.writeUInt32LE(IPPROTO_MPTCP, REQUEST_BYTES + 4);
  }
  return request;
}

/** struct inet_diag_req, all states and both families. */
function buildTcpRequest(): Buffer {
  const request = Buffer.alloc(TCP_REQUEST_BYTES);
  request[3] = TCP_EXTENSIONS;
  request.writeUInt32LE(ALL_STATES, 52);
  return request;
}

const extension = (attribute: number): number => 1 << (attribute - 1);
const TCP_EXTENSIONS = extension(INET_DIAG_INFO) | extension(INET_DIAG_CONG) | extension(INET_DIAG_SKMEMINFO);
const MPTCP_EXTENSIONS = extension(INET_DIAG_INFO) | extension(INET_DIAG_SKMEMINFO);
