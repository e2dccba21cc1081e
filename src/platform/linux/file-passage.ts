import { EXIT, Failure } from '../../core/failure.ts';
import { ERRNO, libc } from './libc.ts';

// unix(7), cmsg(3); include/uapi/asm-generic/socket.h
const AF_UNIX = 1;
const SOCK_SEQPACKET_CLOEXEC = 5 | 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** struct cmsghdr with one descriptor, padded; and without the padding. */
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 20;
const DESCRIPTOR_AT = 16;

/** Two ends of a way for open files, one for each process. */
export interface FilePassage {
  readonly sender: number;
  readonly receiver: number;
}

/** Null where the C library cannot be called. */
export function openFilePassage(): FilePassage | null {
  try {
    const pair = Buffer.alloc(8);
    if (libc().socketpair(AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0, pair) < 0) return null;
    return { sender: pair.readInt32LE(0), receiver: pair.readInt32LE(4) };
  } catch {
    return null;
  }
}

/** Passes an open file on; it stays open here. With null it says that none will come. Throws Failure 74. */
export function sendFile(sender: number, file: number | null): void {
  const c = libc();
  const { header, control } = openMessage();
  if (file === null) header.writeBigUInt64LE(0n, CONTROL_LENGTH_AT);
  else {
    control.writeBigUInt64LE(BigInt(CONTROL_LENGTH), 0);
    control.writeInt32LE(SOL_SOCKET, 8);
    control.writeInt32LE(SCM_RIGHTS, 12);
    control.writeInt32LE(file, DESCRIPTOR_AT);
  }
  if (c.sendmsg(sender, header, MSG_NOSIGNAL) < 0) {
    throw new Failure(EXIT.io, `a file cannot be passed to the capturing process: errno ${c.errno()}`);
  }
}

/** Waits for a file, which is open here from then on. Null when none will come, or nobody is there to pass one. */
export function receiveFile(receiver: number): number | null {
  const c = libc();
  const { header, control } = openMessage();
  let length: number;
  do {
    length = c.recvmsg(receiver, header, MSG_CMSG_CLOEXEC);
  } while (length < 0 && c.errno() === ERRNO.EINTR);
  if (length <= 0 || header.readBigUInt64LE(CONTROL_LENGTH_AT) < CONTROL_LENGTH) return null;
  return control.readInt32LE(DESCRIPTOR_AT);
}

/** struct msghdr, by bytes. */
const HEADER_BYTES = 56;
const VECTOR_AT = 16;
const VECTORS_AT = 24;
const CONTROL_AT = 32;
const CONTROL_LENGTH_AT = 40;

/** A message of one byte, with room for a descriptor. */
interface Message {
  readonly header: Buffer;
  readonly control: Buffer;
  /** What the header points to, which must not be collected. */
  readonly held: readonly Buffer[];
}

let made: Message | null = null;

/** The message, empty. */
function openMessage(): Message {
  made ??= makeMessage();
  made.control.fill(0);
  made.header.writeBigUInt64LE(BigInt(CONTROL_BYTES), CONTROL_LENGTH_AT);
  return made;
}

function makeMessage(): Message {
  const c = libc();
  const [byte, vector, control, header] = [1, 16, CONTROL_BYTES, HEADER_BYTES].map((length) =>
    Buffer.allocUnsafeSlow(length).fill(0),
  ) as [Buffer, Buffer, Buffer, Buffer];
  vector.writeBigUInt64LE(c.address(byte), 0);
  vector.writeBigUInt64LE(1n, 8);
  header.writeBigUInt64LE(c.address(vector), VECTOR_AT);
  header.writeBigUInt64LE(1n, VECTORS_AT);
  header.writeBigUInt64LE(c.address(control), CONTROL_AT);
  return { header, control, held: [byte, vector] };
}
