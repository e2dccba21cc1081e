import type { MultipathSession, SessionPath } from '../../../core/socket/multipath-sessions.ts';

/** What the paths over one interface carried; null where the interface is not known. */
export interface InterfaceShare {
  readonly iface: string | null;
  readonly paths: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  /** Of the bytes of all, from 0 to 1; null when there are none. */
  readonly share: number | null;
}

export const movedBy = ({ rxBytes, txBytes }: SessionPath): number => (rxBytes ?? 0) + (txBytes ?? 0);

/** In the order of their names. */
export function sharesByInterface(sessions: readonly MultipathSession[]): readonly InterfaceShare[] {
  const sums = new Map<string | null, { paths: number; rxBytes: number; txBytes: number }>();
  let whole = 0;
  for (const path of sessions.flatMap(({ paths }) => paths)) {
    const sum = sums.get(path.iface) ?? { paths: 0, rxBytes: 0, txBytes: 0 };
    sums.set(path.iface, sum);
    sum.paths++;
    sum.rxBytes += path.rxBytes ?? 0;
    sum.txBytes += path.txBytes ?? 0;
    whole += movedBy(path);
  }
  return [...sums]
    .map(([iface, sum]) => ({ iface, ...sum, share: whole === 0 ? null : (sum.rxBytes + sum.txBytes) / whole }))
    .sort((a, b) => ((a.iface ?? '') < (b.iface ?? '') ? -1 : 1));
}
