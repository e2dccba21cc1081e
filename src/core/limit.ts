/**
 * Something that this user cannot see on this machine. Reported once on stderr, and shown in `doctor`, so that an empty
 * or incomplete answer never comes without its reason.
 */
export interface Limit {
  /** What is missing: "processes of 12 sockets". */
  readonly what: string;
  /** What is missing, without a count that changes from look to look; absent when `what` has no count. */
  readonly subject?: string;
  /** Why: "this user cannot read the descriptors of other users' processes". */
  readonly why: string;
  /** The one command that grants it, or null if nothing does. */
  readonly remedy: string | null;
  /** Whether nobody can see it, whatever is granted: a person is told only with --verbose. Absent means no. */
  readonly isFinal?: boolean;
}
