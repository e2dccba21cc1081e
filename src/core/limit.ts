/**
 * Something this user cannot see on this machine. Shown once on stderr, in `doctor` and in the footer of `watch`, so
 * that an empty or half-empty answer never stands without its reason.
 */
export interface Limit {
  /** What is missing: "processes of 12 sockets". */
  readonly what: string;
  /** What is missing, without a count that changes from look to look; absent where `what` holds none. */
  readonly subject?: string;
  /** Why: "descriptors of other users' processes may not be read". */
  readonly why: string;
  /** The one command that grants it, or null where nothing does. */
  readonly remedy: string | null;
}
