import { libc } from './libc.ts';

/** netdevice(7): the index of a name, and the name of an index. */
const SIOCGIFINDEX = 0x8933;
const SIOCGIFNAME = 0x8910;
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/**
 * Follows an interface of this network namespace by its index, which lasts as long as it does, whatever its name. Returns
 * the question whether it is still there, which takes no privilege and opens no file; null of one that is not there, and
 * where the C library cannot be called.
 */
export function followIndex(name: string): (() => boolean) | null {
  const request = Buffer.alloc(IFREQ_BYTES);
  try {
    const c = libc();
    const fd = c.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    request.write(name, 0, IFNAMSIZ - 1, 'utf8');
    if (c.ioctl(fd, SIOCGIFINDEX, request) < 0) {
      c.close(fd);
      return null;
    }
    const index = request.readInt32LE(IFNAMSIZ);
    return () => {
      request.fill(0).writeInt32LE(index, IFNAMSIZ);
      return c.ioctl(fd, SIOCGIFNAME, request) >= 0;
    };
  } catch {
    return null;
  }
}
