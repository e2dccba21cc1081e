import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatIpv6 } from '../../net/ip-address.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { u16, u32 } from '../../wire/bytes.ts';
import { sourceOf } from '../../wire/flow-text.ts';
import { icmpv6 } from '../../wire/icmpv6.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Routers that are told apart, and prefixes of one. */
const MOST_ROUTERS = 64;
const MOST_PREFIXES = 16;
// RFC 4861, 4.2 and 4.6.2
const ROUTER_ADVERTISEMENT = 134;
const ADVERTISEMENT_SIZE = 16;
const PREFIX = 3;
const PREFIX_UNITS = 4;
const AUTONOMOUS = 0x40;
const MOST_OPTIONS = 32;

interface Router {
  readonly address: string;
  readonly packet: number;
  readonly since: string | null;
  /** Of its last advertisement, in seconds since 1970; and for how many seconds that holds. */
  lastAt: number;
  lifetime: number;
  readonly prefixes: Set<string>;
}

/** Looks for IPv6 routers that advertise different networks in one place. */
export const routerConflict = rule({
  name: 'router_conflict',
  severity: 'note',
  about: 'IPv6 routers advertise different networks in one place',
  explanation:
    'Reads router advertisements (RFC 4861) that offer to be a default router and have prefixes for hosts to make addresses of. Two routers without a prefix in common may be a second provider, or a machine that shares its connection and should not. A capture of several networks at once (VLANs, more than one interface) shows the routers of each.',
  advice: 'Find out whether both routers belong there; RA guard in the switch keeps others out.',
  thresholds: {
    routers: threshold(2, 'Routers without a prefix in common with any of the others.'),
  },
  open({ routers: least }, shared) {
    const routers = new AgedMap<string, Router>(MOST_ROUTERS);
    return {
      packet(packet, at) {
        const last = packet.layerCount - 1;
        if (last < 0 || packet.layerProtocol[last] !== icmpv6.id || packet.layerQuoted[last] === 1) return;
        const bytes = packet.layerBytes[last]!;
        const start = packet.layerStart[last]!;
        const end = packet.layerEnd[last]!;
        if (bytes[start] !== ROUTER_ADVERTISEMENT || end - start < ADVERTISEMENT_SIZE) return;
        const lifetime = u16(bytes, start + 6);
        if (lifetime === 0) return;
        const address = sourceOf(packet);
        if (address === null) return;
        let router = routers.get(address);
        if (router === undefined) {
          const since = formatTimestamp(packet.seconds, packet.nanoseconds);
          router = { address, packet: packet.number, since, lastAt: at, lifetime, prefixes: new Set() };
          routers.add(address, router);
        }
        router.lastAt = at;
        router.lifetime = lifetime;
        takePrefixes(router.prefixes, bytes, start + ADVERTISEMENT_SIZE, end);
      },
      *findings(at) {
        const isGone = ({ lastAt, lifetime }: Router): boolean =>
          Math.abs(at - lastAt) > lifetime && shared.isOver(lastAt, at);
        const all = [...routers].map(([, router]) => router).filter((one) => one.prefixes.size > 0 && !isGone(one));
        const alone = all.filter((one) =>
          all.every((other) => one === other || [...one.prefixes].every((prefix) => !other.prefixes.has(prefix))),
        );
        if (alone.length < Math.max(2, least)) return;
        yield {
          subject: alone
            .map(({ address }) => address)
            .sort()
            .join(' '),
          summary: `${alone.length} IPv6 routers advertise different networks: ${alone
            .slice(0, 2)
            .map(({ address, prefixes }) => `${address} ${[...prefixes][0]}`)
            .join(', ')}`,
          confidence: 'low',
          evidence: alone.map(({ address, packet, prefixes }) =>
            evidence('packet', { number: packet, router: address, prefix: [...prefixes].join(',') }),
          ),
          since: alone[1]!.since,
        };
      },
    };
  },
});

function takePrefixes(prefixes: Set<string>, bytes: Uint8Array, from: number, end: number): void {
  let at = from;
  for (let count = 0; at + 8 <= end && count < MOST_OPTIONS; count++) {
    const size = 8 * bytes[at + 1]!;
    if (size === 0 || at + size > end) return;
    const isPrefix = bytes[at] === PREFIX && size === 8 * PREFIX_UNITS;
    if (isPrefix && (bytes[at + 3]! & AUTONOMOUS) !== 0 && u32(bytes, at + 4) > 0 && prefixes.size < MOST_PREFIXES) {
      prefixes.add(`${formatIpv6(bytes.subarray(at + 16, at + 32))}/${bytes[at + 2]}`);
    }
    at += size;
  }
}
