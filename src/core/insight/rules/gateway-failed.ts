import type { NeighborRow, RouteRow } from '../../record/tables/network-config.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** Looks whether the gateways of the default routes answer on the link. */
export const gatewayFailed = rule({
  name: 'gateway_failed',
  severity: 'error',
  about: 'the gateway of a default route does not answer on the link',
  explanation:
    'Looks up the gateway of each default route in the neighbour table. FAILED means that the kernel asked for its hardware address (ARP, NDP) and nobody answered: nothing gets out that way. A second route with a higher metric may take over. A gateway that answers on the link and forwards nothing is not seen.',
  advice: 'Check the cable or radio, the VLAN and the address of the gateway; see whether the router is up.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    let failed: readonly NeighborRow[] = [];
    return {
      route(rows) {
        routes = rows.filter(({ dst, gateway }) => dst === 'default' && gateway !== null);
      },
      neighbor(rows) {
        failed = rows.filter(({ state }) => state === 'FAILED');
      },
      *findings() {
        const told = new Set<string>();
        for (const { gateway, iface, metric } of routes) {
          const one = failed.find((row) => row.addr === gateway && (iface === null || row.iface === iface));
          const subject = `${gateway} on ${one?.iface}`;
          if (one === undefined || told.has(subject)) continue;
          told.add(subject);
          yield {
            subject: gateway!,
            summary: `the gateway ${gateway} does not answer on ${one.iface}`,
            confidence: 'high',
            evidence: [
              evidence('neighbor', { addr: one.addr, iface: one.iface, state: one.state }),
              evidence('route', { dst: 'default', gateway, iface, metric }),
            ],
            since: null,
          };
        }
      },
    };
  },
});
