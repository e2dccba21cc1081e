/** Where an address is, and whose it is, as far as the databases know. Texts are theirs, and as safe as they are. */
export interface PlaceFacts {
  /** ISO 3166-1 code, two capitals. */
  readonly country: string | null;
  readonly city: string | null;
  /** Number of the autonomous system that announces it. */
  readonly asn: number | null;
  /** The organization of that autonomous system. */
  readonly org: string | null;
}

/** Of an address of which nothing is known. */
export const NO_FACTS: PlaceFacts = { country: null, city: null, asn: null, org: null };
