import { blankRequest, nameInterface, openRequests, VALUE_AT } from './ifreq.ts';
import { libc } from './libc.ts';

/** netdevice(7): the index of a name, and the name of an index. */
const SIOCGIFINDEX = 0x8933;
const SIOCGIFNAME = 0x8910;
/** The hardware address, before which its family stands (ARPHRD_*). */
const SIOCGIFHWADDR = 0x8927;

/** Asks about interfaces by their index, without a privilege and without opening a file. */
export interface InterfaceQuestions {
  /** Null when there is none. */
  indexOf(name: string): number | null;
  /** Null when it is gone. A name need not be UTF-8. */
  nameOf(index: number): Buffer | null;
  /** The kind of its hardware (ARPHRD_*); null when it is gone. */
  hardwareOf(index: number): number | null;
  /** Nothing is asked after it. */
  close(): void;
}

/** About the network namespace this thread is in; null where the C library cannot be called. */
export function askInterfaces(): InterfaceQuestions | null {
  try {
    const c = libc();
    const fd = openRequests(c);
    const request = blankRequest();
    const nameOf = (index: number): Buffer | null => {
      request.fill(0).writeInt32LE(index, VALUE_AT);
      if (c.ioctl(fd, SIOCGIFNAME, request) < 0) return null;
      return Buffer.from(request.subarray(0, request.indexOf(0)));
    };
    return {
      indexOf(name) {
        nameInterface(request, name);
        return c.ioctl(fd, SIOCGIFINDEX, request) < 0 ? null : request.readInt32LE(VALUE_AT);
      },
      nameOf,
      hardwareOf(index) {
        // the name is where the answer to the question before has left it
        if (nameOf(index) === null || c.ioctl(fd, SIOCGIFHWADDR, request) < 0) return null;
        return request.readUInt16LE(VALUE_AT);
      },
      close: () => void c.close(fd),
    };
  } catch {
    return null;
  }
}

/**
 * Follows an interface of this network namespace by its index, which lasts as long as it does, whatever its name. Returns
 * the question whether it is still there, which takes no privilege and opens no file; null of one that is not there, and
 * where the C library cannot be called.
 */
export function followIndex(name: string): (() => boolean) | null {
  const questions = askInterfaces();
  const index = questions?.indexOf(name) ?? null;
  if (questions !== null && index !== null) return () => questions.nameOf(index) !== null;
  questions?.close();
  return null;
}

/** Null where there is none of that name in this network namespace, or the C library cannot be called. */
export function readInterfaceIndex(name: string): number | null {
  const questions = askInterfaces();
  const index = questions?.indexOf(name) ?? null;
  questions?.close();
  return index;
}
