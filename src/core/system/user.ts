/** The user that a process becomes when it no longer needs privileges. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; none unless given. */
  readonly groups?: readonly number[];
}
