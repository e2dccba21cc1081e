import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { domainToASCII } from 'node:url';
import { foldMapped, formatIp, parseIp } from '../../core/net/ip-address.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Deadline } from './deadline.ts';

/** An address to ask, with its zone if it is link-local. */
export interface Resolved {
  readonly addr: string;
  /** Name of the interface after the %, or empty. */
  readonly zone: string;
  /** Index of that interface; 0 without one. */
  readonly zoneIndex: number;
  /** How long the name took; null for an address. */
  readonly millis: number | null;
}

/** Why a name has no address, in a few words. */
export class Unresolved extends Error {}

/**
 * The address of a target's host, as the system resolves names. Rejects with Unresolved when there is none, or none in
 * time.
 */
export async function resolveHost(
  host: string,
  clock: Clock,
  timeoutMs: number,
  family: 0 | 4 | 6 = 0,
): Promise<Resolved> {
  const [bare = '', zone = ''] = host.split('%', 2);
  const ip = parseIp(bare);
  if (ip !== null) {
    const zoneIndex = zone === '' ? 0 : indexOf(zone);
    if (zoneIndex === null) throw new Unresolved(`no interface ${zone}`);
    return { addr: formatIp(ip), zone, zoneIndex, millis: null };
  }
  const name = domainToASCII(host);
  if (name === '') throw new Unresolved(`${host} is no name`);
  const start = clock.monotonic();
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => reject(new Unresolved(`${host} was not resolved in time`)));
  });
  try {
    const { address } = await Promise.race([lookup(name, { family }), late]);
    return { addr: foldMapped(formatIp(parseIp(address)!)), zone: '', zoneIndex: 0, millis: clock.monotonic() - start };
  } catch (error) {
    if (error instanceof Unresolved) throw error;
    throw new Unresolved(`${host}: ${REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'it cannot be resolved'}`);
  } finally {
    cancel();
  }
}

/** The same within the time of a probe, and no longer than the run. */
export function resolveWithin(deadline: Deadline, host: string): Promise<Resolved> {
  return deadline.race(resolveHost(host, deadline.clock, deadline.left()), 'address', () => {});
}

/** getaddrinfo(3). */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ENODATA: 'the name has no address of this family',
  EAI_AGAIN: 'no name server answers',
  EAI_NODATA: 'the name has no address of this family',
};

function indexOf(zone: string): number | null {
  const all = networkInterfaces()[zone];
  const index = all?.find(({ family }) => family === 'IPv6') as { scopeid?: number } | undefined;
  return index?.scopeid ?? (/^[0-9]+$/.test(zone) ? Number(zone) : null);
}
