import type { ProbeRow } from '../../record/tables/probe.ts';
import type { MappedAddress } from './stun-message.ts';

/** What a server saw of the one socket that asks all of them. */
export interface Seen {
  /** Address and port of the server. */
  readonly server: MappedAddress;
  readonly mapped: MappedAddress;
}

/**
 * What the translation between this machine and servers does with one local port (RFC 4787, 4.1): `none` when a server sees
 * an address of this machine and the port it was sent from; `cone` when servers at two addresses see the same, which is
 * mapping that does not depend on the destination; `symmetric` when two servers see different ones. Null when that takes
 * another server. Whom the translation lets in, its filtering, is not learned by this.
 */
export function natMapping(
  own: Seen,
  others: readonly Seen[],
  localPort: number,
  localAddresses: ReadonlySet<string>,
): ProbeRow['nat'] {
  if (own.mapped.port === localPort && localAddresses.has(own.mapped.addr)) return 'none';
  if (others.some(({ mapped }) => mapped.addr !== own.mapped.addr || mapped.port !== own.mapped.port))
    return 'symmetric';
  return others.some(({ server }) => server.addr !== own.server.addr) ? 'cone' : null;
}
