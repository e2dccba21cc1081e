/** What is missing. */
export interface Gap {
  /** Snapshots, packets of an interface, conversations or records for which there was no room. */
  readonly what: string;
  readonly iface: string | null;
  /** How many; null where nobody counted, and then it has been said on stderr. */
  readonly dropped: number | null;
  readonly reason: string;
  /** What became of them, "dropped" unless told. Said on stderr then, too, where a record tells of it: the answer is not what was asked for. */
  readonly fate?: string;
}
