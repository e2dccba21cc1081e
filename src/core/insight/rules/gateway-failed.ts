import { isoTimeOf } from '../../instant.ts';
import type { NeighborRow, RouteRow } from '../../record/tables/network-config.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** States of a neighbour that answered when it was last asked, or that need not be asked. */
const ANSWERED: ReadonlySet<string | null> = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP']);
/** How long the kernel asks before it gives up: three times, a second apart. */
const ASKING_S = 3;
/** A neighbour that did not answer. */
interface Silence {
  /** When it was first seen so. */
  readonly since: number;
  /** The kernel asked it during the run. */
  readonly isNew: boolean;
}

/** More neighbours without an answer are not looked at. */
export const MOST_SILENT = 10_000;

/** Looks whether the gateways of the default routes answer on the link. */
export const gatewayFailed = rule({
  name: 'gateway_failed',
  severity: 'error',
  about: 'the gateway of a default route does not answer on the link',
  explanation:
    'Looks up the gateway of each default route in the neighbour table. FAILED means that the kernel asked for its hardware address (ARP, NDP) and nobody answered: nothing gets out that way. INCOMPLETE means that the kernel is asking: while programs send, it asks again and again, so that this counts too when there was no answer for 3 seconds. FAILED stays after programs gave up: where the kernel did not ask during the run, the confidence is medium, for the gateway may answer again. Where the gateway of another default route answered when it was last asked (REACHABLE, STALE, DELAY, PROBE), it is a warning and no error: part of the traffic, or that of the other address family, has a way out. Linux itself does not change over to the other route. A gateway that answers on the link and forwards nothing is not seen.',
  advice: 'Check the cable or radio, the VLAN and the address of the gateway; see whether the router is up.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    let silences: ReadonlyMap<string, Silence> = new Map();
    let isFirst = true;
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
        silences = new Map(
          silent.map((row) => {
            const { since, isNew } = silences.get(keyOf(row)) ?? { since: at, isNew: !isFirst };
            return [keyOf(row), { since, isNew: isNew || row.state === 'INCOMPLETE' }];
          }),
        );
        isFirst = false;
        failed = silent.filter((row) => row.state === 'FAILED' || at - silences.get(keyOf(row))!.since >= ASKING_S);
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
          const silence = silences.get(keyOf(one))!;
          yield {
            subject: gateway!,
            severity: other === undefined ? 'error' : 'warn',
            summary: `the gateway ${gateway} does not answer on ${one.iface}${other === undefined ? '' : `; another, ${other.addr}, does on ${other.iface}`}`,
            confidence: silence.isNew ? 'high' : 'medium',
            evidence: [
              evidence('neighbor', { addr: one.addr, iface: one.iface, state: one.state }),
              evidence('route', { dst: 'default', gateway, iface, metric }),
              ...(other === undefined
                ? []
                : [evidence('neighbor', { addr: other.addr, iface: other.iface, state: other.state })]),
            ],
            since: isoTimeOf(silence.since * 1000),
          };
        }
      },
    };
  },
});

const keyOf = ({ addr, iface }: NeighborRow): string => `${addr} ${iface}`;
