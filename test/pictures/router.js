// The way from the machine of the scene to its internet, as a program: it passes on each frame after half of the round
// trip that the remote site has, and loses some of one site. `node router.js` makes eth0 and wan, and says so.
import fs from 'node:fs';
import os from 'node:os';
import koffi from 'koffi';

// include/linux/if_tun.h
const TUNSETIFF = 0x400454ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const MOST_BYTES = 65_536;

/** Half of the round trip, by how the remote address begins in hexadecimal digits. */
const HALF_MS = [
  ['c0000235', 4], // 192.0.2.53
  ['c00002', 1], // 192.0.2.0/24
  ['c63364', 9], // 198.51.100.0/24
  ['cb0071', 42], // 203.0.113.0/24
  ['20010db8', 16], // 2001:db8::/32
];
/** One in so many long frames of 203.0.113.0/24 is lost. */
const LOST_OF = 400;

const ioctl = koffi.load(null).func('int ioctl(int, unsigned long, void *)');

function openTap(name) {
  const fd = fs.openSync('/dev/net/tun', 'r+');
  const request = Buffer.alloc(40); // struct ifreq
  request.write(name);
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, 16);
  if (ioctl(fd, TUNSETIFF, request) < 0) throw new Error(`${name} cannot be made`);
  return fd;
}

/** The address at the far end of a frame in hexadecimal digits; empty where it is not IP. */
function remoteOf(frame, isOutgoing) {
  const type = frame.readUInt16BE(12);
  if (type === 0x0800) return frame.toString('hex', isOutgoing ? 30 : 26, isOutgoing ? 34 : 30);
  if (type === 0x86dd) return frame.toString('hex', isOutgoing ? 38 : 22, isOutgoing ? 54 : 38);
  return '';
}

let long = 0;

function pass(from, to, isOutgoing) {
  const buffer = Buffer.alloc(MOST_BYTES);
  const next = () =>
    fs.read(from, buffer, 0, MOST_BYTES, null, (error, length) => {
      if (error !== null && error.code !== 'EIO') throw error;
      if (error === null && length >= 14) {
        const frame = Buffer.from(buffer.subarray(0, length));
        const remote = remoteOf(frame, isOutgoing);
        const isLost = length > 1000 && remote.startsWith('cb0071') && ++long % LOST_OF === 0;
        const delay = HALF_MS.find(([prefix]) => remote.startsWith(prefix))?.[1] ?? 0;
        if (!isLost) setTimeout(() => fs.write(to, frame, () => {}), delay);
      }
      // an interface that is down cannot be read
      if (error === null) next();
      else setTimeout(next, 20);
    });
  next();
}

// late frames would be round trips of the machine that the scene is on
os.setPriority(-18);
const near = openTap('eth0');
const far = openTap('wan');
pass(near, far, true);
pass(far, near, false);
process.stdout.write('ready\n');
