import { blankRequest, nameInterface, openRequests, VALUE_AT } from './ifreq.ts';
import { libc } from './libc.ts';

/** netdevice(7): the index of a name, and the name of an index. */
const SIOCGIFINDEX = 0x8933;
const SIOCGIFNAME = 0x8910;

/**
 * Follows an interface of this network namespace by its index, which lasts as long as it does, whatever its name. Returns
 * the question whether it is still there, which takes no privilege and opens no file; null of one that is not there, and
 * where the C library cannot be called.
 */
export function followIndex(name: string): (() => boolean) | null {
  const request = blankRequest();
  try {
    const c = libc();
    const fd = openRequests(c);
    nameInterface(request, name);
    if (c.ioctl(fd, SIOCGIFINDEX, request) < 0) {
      c.close(fd);
      return null;
    }
    const index = request.readInt32LE(VALUE_AT);
    return () => {
      request.fill(0).writeInt32LE(index, VALUE_AT);
      return c.ioctl(fd, SIOCGIFNAME, request) >= 0;
    };
  } catch {
    return null;
  }
}
