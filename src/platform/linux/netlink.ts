import { ERRNO, type Libc, libc } from './libc.ts';

/**
 * Netlink dumps (RFC 3549; include/uapi/linux/netlink.h). Little endian, as is every machine netwatch runs on.
 */
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_RCVBUF = 8;
/** The same past net.core.rmem_max, for root. */
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const MSG_DONTWAIT = 0x40;

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_GENERIC = 16;

const NLMSG_HEADER_BYTES = 16;
export const NLMSG_HEADER_WORDS = NLMSG_HEADER_BYTES / 4;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLM_F_DUMP_INTR = 0x10;

/** The kernel never fills a dump message past 32 KiB (netlink_dump, net/netlink/af_netlink.c); twice that is slack. */
export const RECEIVE_BYTES = 64 * 1024;
const RECEIVE_TIMEOUT_S = 5;
/** Holds some thousands of messages that arrive between two reads of a group. */
const GROUP_BUFFER_BYTES = 4 * 1024 * 1024;

/** Buffers of sockets that were closed: each reading of a table opens a socket, and 64 KiB a time are much garbage. */
const spares: Buffer[] = [];
const MOST_SPARES = 4;

/** What the kernel answered instead of data. */
export class NetlinkError extends Error {
  readonly errno: number;
  constructor(what: string, errno: number) {
    super(`netlink ${what} failed with errno ${errno}`);
    this.name = 'NetlinkError';
    this.errno = errno;
  }
}

/** Called for each message of a dump with the payload's place in `data`; the bytes are overwritten after it returns. */
export type MessageVisitor = (type: number, data: Buffer, start: number, end: number) => void;

export interface Netlink {
  /**
   * Sends `payload` as a dump request of message type `type` and visits every message of the answer. Returns false when
   * the kernel says that the table changed while it was read (NLM_F_DUMP_INTR): what was visited may then lack or
   * repeat an entry. Throws NetlinkError.
   *
   * With `room`, messages are received where it says, which it is asked before each answer: RECEIVE_BYTES at least, from a multiple
   * of four. Whoever has such room keeps it.
   */
  dump(type: number, payload: Uint8Array, visit: MessageVisitor, room?: () => Buffer): boolean;
  /** Subscribes to multicast groups. Throws NetlinkError. */
  join(groups: readonly number[]): void;
  /** Visits what has arrived on the joined groups, without waiting. Returns false when the kernel dropped some (ENOBUFS). */
  receive(visit: MessageVisitor): boolean;
  close(): void;
}

/** Opens a netlink socket in the network namespace this thread is in. Throws NetlinkError, or Failure 69 without koffi. */
export function openNetlink(protocol: number): Netlink {
  const c = libc();
  const fd = c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
  if (fd < 0) throw new NetlinkError('socket', c.errno());
  const timeout = Buffer.alloc(16);
  timeout.writeBigInt64LE(BigInt(RECEIVE_TIMEOUT_S), 0);
  c.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length);
  const on = word(1);
  c.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, on, on.length);
  // makes the kernel honour the filters of a request header (Linux 4.20); older kernels ignore it
  c.setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, on, on.length);
  let data = spares.pop() ?? Buffer.allocUnsafeSlow(RECEIVE_BYTES);
  let sequence = 0;
  return {
    dump(type, payload, visit, room = () => data) {
      sequence++;
      sendDumpRequest(c, fd, type, sequence, payload);
      return readDump(c, fd, sequence, visit, room);
    },
    join(groups) {
      // a socket hears a group only once it has an address
      const address = Buffer.alloc(12);
      address.writeUInt16LE(AF_NETLINK);
      if (c.bind(fd, address, address.length) < 0) throw new NetlinkError('bind', c.errno());
      const size = word(GROUP_BUFFER_BYTES);
      if (c.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) < 0)
        c.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, size.length);
      for (const group of groups) {
        const value = word(group);
        if (c.setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, value, value.length) < 0)
          throw new NetlinkError('join', c.errno());
      }
    },
    receive: (visit) => readGroups(c, fd, data, visit),
    close() {
      c.close(fd);
      if (data.length > 0 && spares.length < MOST_SPARES) spares.push(data);
      data = Buffer.alloc(0);
    },
  };
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function sendDumpRequest(c: Libc, fd: number, type: number, sequence: number, payload: Uint8Array): void {
  const message = Buffer.alloc(NLMSG_HEADER_BYTES + payload.length);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
  message.writeUInt32LE(sequence, 8);
  message.set(payload, NLMSG_HEADER_BYTES);
  if (c.send(fd, message, message.length, 0) < 0) throw new NetlinkError('send', c.errno());
}

function readDump(c: Libc, fd: number, sequence: number, visit: MessageVisitor, room: () => Buffer): boolean {
  const progress: Progress = { isOver: false, whole: true };
  while (!progress.isOver) {
    const data = room();
    visitAnswer(data, receiveInto(c, fd, data, 0), sequence, visit, progress);
  }
  return progress.whole;
}

interface Progress {
  isOver: boolean;
  whole: boolean;
}

// headers are read as words: a profile of a cold run over 18,000 messages had 10 ms in Buffer's checked reads
function visitAnswer(
  data: Buffer,
  received: number,
  sequence: number,
  visit: MessageVisitor,
  progress: Progress,
): void {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length >>> 2);
  let at = 0;
  while (at + NLMSG_HEADER_BYTES <= received) {
    const header = at >>> 2;
    const length = words[header]!;
    const type = words[header + 1]! & 0xffff;
    if (length < NLMSG_HEADER_BYTES || at + length > received) throw new NetlinkError('dump (message cut short)', 0);
    if (((words[header + 1]! >>> 16) & NLM_F_DUMP_INTR) !== 0) progress.whole = false;
    if (words[header + 2] === sequence) {
      if (type === NLMSG_DONE || type === NLMSG_ERROR) {
        // a refusal comes as the one or the other, with an error number as its payload
        const errno = length >= NLMSG_HEADER_BYTES + 4 ? -(words[header + 4]! | 0) : 0;
        if (errno > 0) throw new NetlinkError('dump', errno);
        progress.isOver = true;
        return;
      }
      visit(type, data, at + NLMSG_HEADER_BYTES, at + length);
    }
    at += (length + 3) & ~3;
  }
}

function receiveInto(c: Libc, fd: number, data: Buffer, flags: number): number {
  for (;;) {
    const received = c.recv(fd, data, data.length, flags);
    if (received > 0) return received;
    const errno = received === 0 ? ERRNO.EAGAIN : c.errno();
    if (errno !== ERRNO.EINTR) throw new NetlinkError('recv', errno);
  }
}

function readGroups(c: Libc, fd: number, data: Buffer, visit: MessageVisitor): boolean {
  let whole = true;
  for (;;) {
    let received: number;
    try {
      received = receiveInto(c, fd, data, MSG_DONTWAIT);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      if (error.errno === ERRNO.EAGAIN) return whole;
      if (error.errno !== ERRNO.ENOBUFS) throw error;
      whole = false;
      continue;
    }
    let at = 0;
    while (at + NLMSG_HEADER_BYTES <= received) {
      const length = data.readUInt32LE(at);
      if (length < NLMSG_HEADER_BYTES || at + length > received) break;
      const type = data.readUInt16LE(at + 4);
      if (type > NLMSG_DONE) visit(type, data, at + NLMSG_HEADER_BYTES, at + length);
      at += (length + 3) & ~3;
    }
  }
}

/** Visits the attributes (struct nlattr) between two offsets; a length that does not fit ends the walk. */
export function eachAttribute(
  data: Buffer,
  start: number,
  end: number,
  visit: (type: number, start: number, end: number) => void,
): void {
  let at = start;
  while (at + 4 <= end) {
    const length = data.readUInt16LE(at);
    if (length < 4 || at + length > end) return;
    visit(data.readUInt16LE(at + 2) & 0x3fff, at + 4, at + length);
    at += (length + 3) & ~3;
  }
}
