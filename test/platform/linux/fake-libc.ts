import { onTestFinished } from 'vitest';
import { type Libc, libc } from '../../../src/platform/linux/libc.ts';

/** Puts functions of a test in the place of those of the C library, until the test ends. */
export function replaceLibc(changes: Partial<Libc>): void {
  const c = libc();
  const before = { ...c };
  onTestFinished(() => void Object.assign(c, before));
  Object.assign(c, changes);
}

/** Addresses of buffers that stand for those of memory: whoever has one finds the buffer again. */
export function openMemory(): { address(data: Uint8Array): bigint; at(address: bigint): Buffer } {
  const buffers: Buffer[] = [];
  return {
    address(data) {
      const held = buffers.indexOf(data as Buffer);
      return 4096n + BigInt(held < 0 ? buffers.push(data as Buffer) - 1 : held);
    },
    at: (address) => buffers[Number(address - 4096n)]!,
  };
}

/** A datagram, or an error, to be received. */
export interface Incoming {
  readonly bytes?: Buffer;
  /** The struct sockaddr of the sender. */
  readonly from?: Buffer;
  readonly controls?: Buffer;
}

/** A kernel whose sockets are those of a test. */
export interface DatagramKernel {
  /** Every call that is no sendto and no recvmsg, as `socket 2 526338 0`; emptied by the call. */
  calls(): string[];
  /** What was sent, and to which struct sockaddr; emptied by the call. */
  sent(): { readonly data: Buffer; readonly to: Buffer }[];
  readonly answers: Incoming[];
  readonly errors: Incoming[];
  /** What the next calls of sendto fail with, one each; 0 for none. */
  readonly refusals: number[];
  /** What the next calls of socket fail with; 0 for none. */
  readonly sockets: number[];
  /** The wall clock in nanoseconds. */
  wall: bigint;
  /** Called whenever the wall clock is read. */
  onClock: () => void;
  /** Called whenever sendto fails. */
  onRefused: () => void;
}

export function openDatagramKernel(): DatagramKernel {
  const memory = openMemory();
  const calls: string[] = [];
  const sent: { data: Buffer; to: Buffer }[] = [];
  let errno = 0;
  const refuse = (queue: number[]): boolean => {
    errno = queue.shift() ?? 0;
    return errno !== 0;
  };
  const kernel: DatagramKernel = {
    calls: () => calls.splice(0),
    sent: () => sent.splice(0),
    answers: [],
    errors: [],
    refusals: [],
    sockets: [],
    wall: 0n,
    onClock: () => {},
    onRefused: () => {},
  };
  replaceLibc({
    address: memory.address,
    errno: () => errno,
    socket(domain, type, protocol) {
      calls.push(`socket ${domain} ${type} ${protocol}`);
      return refuse(kernel.sockets) ? -1 : 33;
    },
    setsockopt(fd, level, name, value, length) {
      calls.push(`set ${fd} ${level} ${name} ${Buffer.from(value.subarray(0, length)).toString('hex')}`);
      return 0;
    },
    close(fd) {
      calls.push(`close ${fd}`);
      return 0;
    },
    sendto(fd, data, length, flags, to, toLength) {
      if (fd !== 33 || flags !== 0) throw new Error(`sendto ${fd}, flags ${flags}`);
      sent.push({ data: Buffer.from(data.subarray(0, length)), to: Buffer.from(to.subarray(0, toLength)) });
      if (!refuse(kernel.refusals)) return length;
      kernel.onRefused();
      return -1;
    },
    clock_gettime(clock, time) {
      if (clock !== 0) throw new Error(`clock ${clock}`);
      kernel.onClock();
      const bytes = time as Buffer;
      bytes.writeBigInt64LE(kernel.wall / 1_000_000_000n, 0);
      bytes.writeBigInt64LE(kernel.wall % 1_000_000_000n, 8);
      return 0;
    },
    recvmsg(fd, message, flags) {
      // MSG_DONTWAIT always, MSG_ERRQUEUE for errors
      if (fd !== 33 || (flags !== 0x40 && flags !== 0x2040)) throw new Error(`recvmsg ${fd}, flags ${flags}`);
      const next = (flags === 0x40 ? kernel.answers : kernel.errors).shift();
      if (next === undefined) return -1;
      const header = message as Buffer; // struct msghdr
      if (header.length !== 56 || header.readBigUInt64LE(24) !== 1n) throw new Error('no struct msghdr');
      const vector = memory.at(header.readBigUInt64LE(16));
      const put = (bytes: Buffer, address: bigint, room: number): number => {
        if (memory.at(address).length < room) throw new Error('there is less room than said');
        return bytes.copy(memory.at(address), 0, 0, room);
      };
      const length = put(next.bytes ?? Buffer.alloc(0), vector.readBigUInt64LE(0), Number(vector.readBigUInt64LE(8)));
      const from = put(next.from ?? Buffer.alloc(0), header.readBigUInt64LE(0), header.readUInt32LE(8));
      const controls = put(
        next.controls ?? Buffer.alloc(0),
        header.readBigUInt64LE(32),
        Number(header.readBigUInt64LE(40)),
      );
      header.writeUInt32LE(from, 8);
      header.writeBigUInt64LE(BigInt(controls), 40);
      return length;
    },
  });
  return kernel;
}

/** A struct cmsghdr and its data, as CMSG_SPACE has it. */
export function controlMessage(level: number, type: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(16 + ((data.length + 7) & ~7));
  bytes.writeBigUInt64LE(BigInt(16 + data.length), 0);
  bytes.writeInt32LE(level, 8);
  bytes.writeInt32LE(type, 12);
  bytes.set(data, 16);
  return bytes;
}

/** SO_TIMESTAMPNS: when the kernel had a packet, in nanoseconds of the wall clock. */
export function stamp(wall: bigint): Buffer {
  const time = Buffer.alloc(16);
  time.writeBigInt64LE(wall / 1_000_000_000n, 0);
  time.writeBigInt64LE(wall % 1_000_000_000n, 8);
  return controlMessage(1, 35, time);
}

/** A struct sock_extended_err, and the address of who said so. */
export function extendedError(
  errno: number,
  origin: number,
  type: number,
  code: number,
  info: number,
  from: Buffer = Buffer.alloc(0),
): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(errno, 0);
  bytes.set([origin, type, code], 4);
  bytes.writeUInt32LE(info, 8);
  return Buffer.concat([bytes, from]);
}
