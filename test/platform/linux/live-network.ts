import { execFileSync, spawnSync } from 'node:child_process';
import { type NetworkNamespace, openNetns } from '../../../src/platform/linux/netns.ts';
import { hasIp, ip } from './ip-tool.ts';

/** A network made for a test: two namespaces with a link between them, and what else this kernel can make. */
export interface LiveNetwork {
  /** The near namespace. */
  readonly netns: NetworkNamespace;
  /** Arguments that make `ip` work in the near namespace. */
  readonly near: readonly string[];
  /** Sends UDP datagrams of `bytes` to the far end, which answers each with an ICMP error. */
  send(count: number, bytes: number): void;
  remove(): void;
}

/** Why there can be no such network here, or null. */
export const noNetwork: string | null = ((): string | null => {
  if (process.platform !== 'linux') return 'needs Linux';
  if (!hasIp) return 'needs iproute2';
  if (process.getuid?.() !== 0) return 'needs root';
  const tried = spawnSync('unshare', ['-n', 'true'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `needs network namespaces: ${tried.stderr}`;
})();
if (noNetwork !== null) console.warn(`skipped: tests in a network namespace: ${noNetwork}`);

/** Settings without which the test has no sense; failing is an error. */
const NEEDED = [
  'link set lo up',
  'link set va up mtu 1400 alias to-the-far-end',
  'addr add 10.1.0.1/24 dev va',
  'addr add 10.9.0.1 peer 10.9.0.2 dev va',
  'addr add fd00:1::1/64 dev va nodad',
  'route add default via 10.1.0.2 metric 50 src 10.1.0.1 proto dhcp',
  'route add default via fd00:1::2 metric 60 proto ra',
  'route add 10.2.0.0/16 via 10.1.0.2 table 77 proto static',
  'route add 10.4.0.9 dev va scope link proto bgp',
  'route add blackhole 10.7.0.0/16',
  'route add unreachable 10.8.0.0/16 metric 9',
  'route add prohibit 10.10.0.0/16',
  'route add throw 10.11.0.0/16 table 77',
  'route add blackhole fd99::/64',
  'neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev va nud permanent',
  'neigh add fd00:1::9 lladdr 02:00:00:00:00:19 dev va nud permanent',
  'neigh add 10.1.0.8 lladdr 02:00:00:00:00:08 dev va nud stale',
  'neigh add 10.1.0.7 lladdr 02:00:00:00:00:07 dev va nud noarp',
];

/** Settings that a kernel may lack. */
const WISHED = [
  'link add br0 type bridge',
  'link add vp type veth peer name vq',
  'link set vq master br0 up',
  'link set br0 up',
  'link add link va name va.5 type vlan id 5',
  'link add link va name mv0 type macvlan mode bridge',
  'link add link va name mt0 type macvtap',
  'link add link va name iv0 type ipvlan',
  'link add vx0 type vxlan id 5 dstport 4789',
  'link add gn0 type geneve id 5 remote 192.0.2.1',
  'link add du0 type dummy',
  'link add if0 type ifb',
  'link add bo0 type bond',
  'link add te0 type team',
  'link add vr0 type vrf table 10',
  'link add gr0 type gre local 192.0.2.1 remote 192.0.2.2',
  'link add it0 type ipip local 192.0.2.1 remote 192.0.2.2',
  'link add si0 type sit local 192.0.2.1 remote 192.0.2.2',
  'link add wg0 type wireguard',
  'link add xf0 type xfrm dev va if_id 5',
  'tuntap add tn0 mode tun',
  'tuntap add tp0 mode tap',
  'route add 10.5.0.0/16 via inet6 fd00:1::2 dev va',
  'route add 10.6.0.0/16 metric 7 nexthop via 10.1.0.2 weight 2 nexthop via 10.1.0.3',
  'route add fd98::/64 nexthop via fd00:1::2 nexthop via fd00:1::3',
];

/** Builds the network; what the kernel refuses is printed. */
export function buildNetwork(): LiveNetwork {
  const name = `nwt-${process.pid}`;
  const far = `${name}-far`;
  const near = ['-n', name];
  const remove = (): void => {
    for (const namespace of [name, far]) spawnSync('ip', ['netns', 'del', namespace]);
  };
  try {
    ip('netns', 'add', name);
    ip('netns', 'add', far);
    ip(...near, 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', far);
    for (const setting of ['link set vb up', 'addr add 10.1.0.2/24 dev vb', 'addr add fd00:1::2/64 dev vb nodad']) {
      ip('-n', far, ...setting.split(' '));
    }
    for (const setting of NEEDED) ip(...near, ...setting.split(' '));
    const refused = WISHED.filter((setting) => spawnSync('ip', [...near, ...setting.split(' ')]).status !== 0);
    if (refused.length > 0) console.warn(`skipped, this kernel refuses: ${refused.join('; ')}`);
    const netns = openNetns(name);
    return {
      netns,
      near,
      send: (count, bytes) =>
        void execFileSync('ip', ['netns', 'exec', name, process.execPath, '-e', SENDER, `${count}`, `${bytes}`]),
      remove: () => {
        netns.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

const SENDER = `
const [count, bytes] = process.argv.slice(1).map(Number);
const socket = require('node:dgram').createSocket('udp4');
socket.on('error', () => {});
let sent = 0;
const next = () => (sent++ < count ? socket.send(Buffer.alloc(bytes), 9, '10.1.0.2', next) : socket.close());
next();
`;
