import type { Scope } from '../net/special-purpose.ts';

/** Numbers of autonomous systems that nobody holds, as IANA's registry names them. */
export interface SpecialAsn {
  readonly scope: Scope;
  readonly name: string;
  readonly rfc: string;
  readonly first: number;
  readonly last: number;
}

export const MOST_ASN = 2 ** 32 - 1;

/** IANA's registry of special-purpose AS numbers. */
const SPECIAL: readonly SpecialAsn[] = [
  special('reserved', 0, 0, 'Reserved', 7607),
  special('global', 112, 112, 'AS112', 7534),
  special('protocol', 23_456, 23_456, 'AS_TRANS', 6793),
  special('documentation', 64_496, 64_511, 'For documentation and sample code', 5398),
  special('private', 64_512, 65_534, 'For private use', 6996),
  special('reserved', 65_535, 65_535, 'Reserved', 7300),
  special('documentation', 65_536, 65_551, 'For documentation and sample code', 5398),
  special('reserved', 65_552, 131_071, 'Reserved', 5398),
  special('private', 4_200_000_000, 4_294_967_294, 'For private use', 6996),
  special('reserved', MOST_ASN, MOST_ASN, 'Reserved', 7300),
];

function special(scope: Scope, first: number, last: number, name: string, rfc: number): SpecialAsn {
  return { scope, first, last, name, rfc: `RFC ${rfc}` };
}

/** The special purpose of a number; null for an ordinary one. */
export function specialAsnOf(asn: number): SpecialAsn | null {
  return SPECIAL.find(({ first, last }) => asn >= first && asn <= last) ?? null;
}
