/** What is missing. */
export interface Gap {
  /** Snapshots, packets of an interface, conversations or records for which there was no room. */
  readonly what: string;
  readonly iface: string | null;
  /** How many; null when nobody counted them: then stderr has already said so. */
  readonly dropped: number | null;
  readonly reason: string;
  /**
   * What happened to them; the default is "dropped". If it is set, stderr also says so when a record reports the gap:
   * the answer is not what was asked for.
   */
  readonly fate?: string;
}
