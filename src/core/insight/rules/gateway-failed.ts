import type { NeighborRow, RouteRow } from '../../record/tables/network-config.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** States of a neighbour that answered when it was last asked. */
const ANSWERED: ReadonlySet<string | null> = new Set(['REACHABLE', 'STALE']);

/** Looks whether the gateways of the default routes answer on the link. */
export const gatewayFailed = rule({
  name: 'gateway_failed',
  severity: 'error',
  about: 'the gateway of a default route does not answer on the link',
  explanation:
    'Looks up the gateway of each default route in the neighbour table. FAILED means that the kernel asked for its hardware address (ARP, NDP) and nobody answered: nothing gets out that way. Where the gateway of another default route answers (REACHABLE or STALE), it is a warning and no error: part of the traffic, or that of the other address family, has a way out. Linux itself does not change over to the other route. A gateway that answers on the link and forwards nothing is not seen.',
  advice: 'Check the cable or radio, the VLAN and the address of the gateway; see whether the router is up.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    let failed: readonly NeighborRow[] = [];
    let answered: readonly NeighborRow[] = [];
    const isGateway = ({ gateway, iface }: RouteRow, { addr, iface: on }: NeighborRow): boolean =>
      addr === gateway && (iface === null || on === iface);
    return {
      route(rows) {
        routes = rows.filter(({ dst, gateway }) => dst === 'default' && gateway !== null);
      },
      neighbor(rows) {
        failed = rows.filter(({ state }) => state === 'FAILED');
        answered = rows.filter(({ state }) => ANSWERED.has(state));
      },
      *findings() {
        const told = new Set<string>();
        const other = answered.find((row) => routes.some((route) => isGateway(route, row)));
        for (const route of routes) {
          const { gateway, iface, metric } = route;
          const one = failed.find((row) => isGateway(route, row));
          const subject = `${gateway} on ${one?.iface}`;
          if (one === undefined || told.has(subject)) continue;
          told.add(subject);
          yield {
            subject: gateway!,
            severity: other === undefined ? 'error' : 'warn',
            summary: `the gateway ${gateway} does not answer on ${one.iface}${other === undefined ? '' : `; another, ${other.addr}, does on ${other.iface}`}`,
            confidence: 'high',
            evidence: [
              evidence('neighbor', { addr: one.addr, iface: one.iface, state: one.state }),
              evidence('route', { dst: 'default', gateway, iface, metric }),
              ...(other === undefined
                ? []
                : [evidence('neighbor', { addr: other.addr, iface: other.iface, state: other.state })]),
            ],
            since: null,
          };
        }
      },
    };
  },
});
