import type { IfaceRow } from '../../record/tables/iface.ts';
import type { RouteRow } from '../../record/tables/network-config.ts';
import { isGlobal } from '../address-scope.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** The two halves of all addresses, by which a VPN covers the default route. */
const HALVES: ReadonlySet<string> = new Set(['0.0.0.0/1', '::/1', '2000::/3']);
const LINK_LOCAL = /^(127\.|169\.254\.|fe80:|::1\/)/;

/** Looks whether there is a way out of the own network. */
export const noDefaultRoute = rule({
  name: 'no_default_route',
  severity: 'warn',
  about: 'an interface has an address, and there is no default route',
  explanation:
    'Looks for a default route of either address family in any table; the routes by which a VPN covers half of all addresses count, too. Without one, and with an interface that is up and has an address other than loopback and link-local, nothing outside the own networks is reached: DHCP or a router advertisement has failed, or the route was deleted. A machine in an isolated network is that way on purpose. Where there is a default route of IPv4 alone although an interface has a global IPv6 address, it is a note. Where no route at all can be read, nothing is found.',
  advice: 'See by `ip route` and `netwatch ifaces --routes` what is there; ask DHCP again, or add the route.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    let ifaces: readonly IfaceRow[] = [];
    return {
      route(rows) {
        routes = rows;
      },
      iface(rows) {
        ifaces = rows.filter(({ kind, flags }) => flags.includes('up') && kind !== 'loopback' && kind !== 'dummy');
      },
      *findings() {
        if (routes.length === 0) return;
        const ways = new Set(routes.filter(isDefault).map(({ family }) => family));
        if (ways.size === 0) {
          for (const { name, state, ipv4, ipv6 } of ifaces) {
            const addr = [...ipv4, ...ipv6].find((one) => !LINK_LOCAL.test(one));
            if (state === 'down' || state === 'lowerlayerdown' || addr === undefined) continue;
            yield {
              subject: 'default route',
              summary: `there is no default route, and ${name} is up with the address ${addr}`,
              confidence: 'high',
              evidence: [evidence('iface', { name, state, addr })],
              since: null,
            };
            return;
          }
        } else if (!ways.has('ipv6')) {
          for (const { name, state, ipv6 } of ifaces) {
            const addr = ipv6.find(isGlobal);
            if (state === 'down' || state === 'lowerlayerdown' || addr === undefined) continue;
            yield {
              subject: 'default route of IPv6',
              severity: 'note',
              summary: `there is no default route of IPv6, and ${name} is up with the address ${addr}`,
              confidence: 'high',
              evidence: [evidence('iface', { name, state, addr })],
              since: null,
            };
            return;
          }
        }
      },
    };
  },
});

const isDefault = ({ dst, kind, flags }: RouteRow): boolean =>
  (dst === 'default' || HALVES.has(dst)) && (kind === null || kind === 'unicast') && !flags.includes('dead');
