import { isoTimeOf } from '../../instant.ts';
import type { NeighborRow, RouteRow } from '../../record/tables/network-config.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** States of a neighbour that answered when it was last asked, or that need not be asked. */
const ANSWERED: ReadonlySet<string | null> = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP']);
/** How long the kernel asks before it gives up: three times, a second apart. */
const ASKING_S = 3;
/** More neighbours without an answer are not looked at. */
export const MOST_SILENT = 10_000;

/** Looks whether the gateways of the default routes answer on the link. */
export const gatewayFailed = rule({
  name: 'gateway_failed',
  severity: 'error',
  about: 'the gateway of a default route does not answer on the link',
  explanation:
    'Looks up the gateway of each default route in the neighbour table. FAILED means that the kernel asked for its hardware address (ARP, NDP) and nobody answered: nothing gets out that way. INCOMPLETE means that the kernel is asking: while programs send, it asks again and again, so that this counts too when there was no answer for 3 seconds. Where the gateway of another default route answered when it was last asked (REACHABLE, STALE, DELAY, PROBE), it is a warning and no error: part of the traffic, or that of the other address family, has a way out. Linux itself does not change over to the other route. A gateway that answers on the link and forwards nothing is not seen.',
  advice: 'Check the cable or radio, the VLAN and the address of the gateway; see whether the router is up.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    /** When each neighbour without an answer was first seen so. */
    let silentFrom: ReadonlyMap<string, number> = new Map();
    let failed: readonly NeighborRow[] = [];
    let answered: readonly NeighborRow[] = [];
    const isGateway = ({ gateway, iface }: RouteRow, { addr, iface: on }: NeighborRow): boolean =>
      addr === gateway && (iface === null || on === iface);
    return {
      route(rows) {
        routes = rows.filter(({ dst, gateway }) => dst === 'default' && gateway !== null);
      },
      neighbor(rows, at) {
        const silent = rows.filter(({ state }) => state === 'FAILED' || state === 'INCOMPLETE').slice(0, MOST_SILENT);
        silentFrom = new Map(silent.map((row) => [keyOf(row), silentFrom.get(keyOf(row)) ?? at]));
        failed = silent.filter((row) => row.state === 'FAILED' || at - silentFrom.get(keyOf(row))! >= ASKING_S);
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
            since: isoTimeOf(silentFrom.get(keyOf(one))! * 1000),
          };
        }
      },
    };
  },
});

const keyOf = ({ addr, iface }: NeighborRow): string => `${addr} ${iface}`;
