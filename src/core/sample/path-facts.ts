import type { PathFacts } from '../health/path-ledger.ts';
import type { InterfaceSample } from '../network/interface-rates.ts';
import type { Clock } from '../system/clock.ts';
import type { Platform } from '../system/platform.ts';

/** Targets whose rounds end within this time share one reading of the interfaces. */
const SHARED_MS = 50;

/** The address of this machine that the system would use to send to `address`; null where there is no route. */
export type LocalAddressTo = (address: string) => Promise<string | null>;

/** How the system would send to an address now, and what that interface has carried. */
export function openPathFacts(
  platform: Platform,
  clock: Clock,
  localAddressTo: LocalAddressTo,
): (address: string) => Promise<PathFacts> {
  let look: { readonly at: number; readonly rows: Promise<readonly InterfaceSample[]> } | null = null;
  // a probe does not fail because its interface cannot be read
  const read = (): Promise<readonly InterfaceSample[]> =>
    platform.readInterfaces().then(
      ({ rows }) => rows,
      () => [],
    );
  return async (address) => {
    const localAddr = await localAddressTo(address);
    if (localAddr === null) return { localAddr, iface: null, rxBytes: null, txBytes: null };
    const now = clock.monotonic();
    if (look === null || now - look.at > SHARED_MS) look = { at: now, rows: read() };
    const found = (await look.rows).find(({ ipv4, ipv6 }) =>
      [...ipv4, ...ipv6].some((one) => one.split('/')[0] === localAddr),
    );
    return {
      localAddr,
      iface: found?.name ?? null,
      rxBytes: found?.rx_bytes ?? null,
      txBytes: found?.tx_bytes ?? null,
    };
  };
}
