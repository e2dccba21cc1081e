import { execFileSync, spawnSync } from 'node:child_process';
import { type LiveScene, until } from './live-scene.ts';

/** A pair of interfaces of a scene: what is sent on `far` comes in on `near`. */
export interface VethPair {
  readonly near: string;
  readonly far: string;
  /** Takes `near` up; resolves when both pass packets, which the kernel makes so within a second. */
  up(): Promise<void>;
  /** Deletes both, where they are; by `far`, since `near` may have another name. */
  remove(): void;
  /** Makes both, again after they were removed; resolves as `up` does. */
  make(): Promise<void>;
  /** Sends the frames of a little-endian pcap on `far`, as they are; needs python3. */
  sendFrames(file: string): void;
  /** Sends datagrams that hold their number, from `first` on, a millisecond apart. */
  send(count: number, first: number): void;
  /** A program that sends the same without an end, some ten thousand a second. */
  readonly endless: string;
}

/** Makes the pair; there may be several, each with a network of its own. */
export async function openVethPair(scene: LiveScene, near: string, network: number): Promise<VethPair> {
  const far = `${near}-far`;
  const target = `10.${network}.0.9`;
  const pair: VethPair = {
    near,
    far,
    endless: `
      const socket = require('node:dgram').createSocket('udp4');
      let at = 0;
      setInterval(() => {
        for (let n = 0; n < 20; n++) {
          const bytes = Buffer.alloc(200);
          bytes.writeUInt32BE(at++);
          socket.send(bytes, 9, '${target}');
        }
      }, 2);
      process.stdout.write('sending');`,
    async up() {
      scene.ip('link', 'set', near, 'up');
      const states = (): string =>
        execFileSync('ip', ['-n', scene.name, '-br', 'link', 'show', 'type', 'veth'], { encoding: 'utf8' });
      await until(() => !/ (DOWN|LOWERLAYERDOWN|UNKNOWN) /.test(states()));
    },
    remove() {
      spawnSync('ip', ['-n', scene.name, 'link', 'del', far], { stdio: 'ignore' });
    },
    async make() {
      scene.ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
      scene.ip('link', 'set', far, 'up');
      scene.ip('addr', 'add', `10.${network}.0.1/24`, 'dev', far);
      scene.ip('neigh', 'add', target, 'lladdr', '02:00:00:00:00:09', 'dev', far, 'nud', 'permanent');
      await pair.up();
    },
    sendFrames(file) {
      execFileSync('ip', ['netns', 'exec', scene.name, 'python3', '-c', SEND_FRAMES, far, file]);
    },
    send(count, first) {
      const script = `
        const socket = require('node:dgram').createSocket('udp4');
        const bytes = Buffer.alloc(4);
        let at = ${first};
        const next = () => {
          if (at === ${first + count}) return socket.close();
          bytes.writeUInt32BE(at++);
          socket.send(bytes, 9, '${target}', () => setTimeout(next, 1));
        };
        next();`;
      execFileSync('ip', ['netns', 'exec', scene.name, process.execPath, '-e', script]);
    },
  };
  await pair.make();
  return pair;
}

const SEND_FRAMES = `
import socket, struct, sys
contents = open(sys.argv[2], 'rb').read()
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[1], 0))
at = 24
while at < len(contents):
    (length,) = struct.unpack_from('<I', contents, at + 8)
    link.send(contents[at + 16 : at + 16 + length])
    at += 16 + length
`;

/** The number in each datagram of a capture, in its order. */
export const numbersOf = (frames: readonly { readonly bytes: string }[]): number[] =>
  frames.map(({ bytes }) => Number.parseInt(bytes.slice(NUMBER_AT, NUMBER_AT + 8), 16));
/** Behind Ethernet, IPv4 and UDP, in hexadecimal digits. */
const NUMBER_AT = 2 * (14 + 20 + 8);

/** `count` numbers from `first` on. */
export const numbered = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n);
