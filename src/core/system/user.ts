/** Who a process becomes when it needs no privilege any more. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; none unless given. */
  readonly groups?: readonly number[];
}
