import { type Libc, libc } from './libc.ts';

const LONGEST = 65_536;
const CONTROL_BYTES = 512;
const ADDRESS_BYTES = 28;
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;

/** What came with a datagram: a struct cmsghdr and its data (cmsg(3)). */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  /** Valid until the next datagram is received. */
  readonly data: Buffer;
}

/** A datagram with what the kernel says of it; valid until the next one is received. */
export interface ReceivedMessage {
  readonly bytes: Buffer;
  /** The struct sockaddr of the sender; for an error, of the intended receiver. */
  readonly from: Buffer;
  readonly controls: readonly ControlMessage[];
}

/** Receives datagrams one by one into buffers that are used again. Little-endian systems of 64 bits. */
export class MessageReceiver {
  private readonly c: Libc = libc();
  private readonly data = Buffer.allocUnsafeSlow(LONGEST);
  private readonly control = Buffer.allocUnsafeSlow(CONTROL_BYTES);
  private readonly address = Buffer.allocUnsafeSlow(ADDRESS_BYTES);
  private readonly vector = Buffer.allocUnsafeSlow(16);
  private readonly header = Buffer.allocUnsafeSlow(56);

  constructor() {
    // struct iovec
    this.vector.writeBigUInt64LE(this.c.address(this.data), 0);
    this.vector.writeBigUInt64LE(BigInt(LONGEST), 8);
  }

  /** The next datagram, or error where `errors` is set; null when there is none. */
  receive(fd: number, errors: boolean): ReceivedMessage | null {
    const { c, header } = this;
    // struct msghdr
    header.fill(0);
    header.writeBigUInt64LE(c.address(this.address), 0);
    header.writeUInt32LE(ADDRESS_BYTES, 8);
    header.writeBigUInt64LE(c.address(this.vector), 16);
    header.writeBigUInt64LE(1n, 24);
    header.writeBigUInt64LE(c.address(this.control), 32);
    header.writeBigUInt64LE(BigInt(CONTROL_BYTES), 40);
    const length = c.recvmsg(fd, header, MSG_DONTWAIT | (errors ? MSG_ERRQUEUE : 0));
    if (length < 0) return null; // none, or an error that is in the other queue
    return {
      bytes: this.data.subarray(0, length),
      from: this.address.subarray(0, header.readUInt32LE(8)),
      controls: controlsIn(this.control.subarray(0, Number(header.readBigUInt64LE(40)))),
    };
  }
}

const CONTROL_HEADER = 16;

/** The control messages in a buffer, as CMSG_NXTHDR walks it; what does not fit is left out. */
export function controlsIn(control: Buffer): readonly ControlMessage[] {
  const found: ControlMessage[] = [];
  for (let at = 0; at + CONTROL_HEADER <= control.length; ) {
    const length = Number(control.readBigUInt64LE(at));
    if (length < CONTROL_HEADER || at + length > control.length) break;
    found.push({
      level: control.readInt32LE(at + 8),
      type: control.readInt32LE(at + 12),
      data: control.subarray(at + CONTROL_HEADER, at + length),
    });
    at += (length + 7) & ~7;
  }
  return found;
}
