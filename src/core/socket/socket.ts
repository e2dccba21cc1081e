import type { Limit } from '../limit.ts';
import type { RowBy } from '../record/table.ts';
import type { Attribution, conn } from '../record/tables/conn.ts';

/**
 * One socket as the operating system lists it, or one side of a flow as packets show it, before its owner is known: the
 * fields of the `conn` record that its table does not mark as of the engine.
 */
export interface Socket extends Readonly<RowBy<typeof conn, null>> {
  /** The same for the same socket in every reading, and never reused: the kernel's socket cookie where there is one. */
  readonly key: number | string;
  /** Index of the interface the socket is bound to; 0 when it is not bound. */
  readonly ifindex: number;
}

/** A process that holds sockets. */
export interface Process {
  readonly pid: number;
  /** Name of the executable; the kernel's thread name where the executable cannot be read. */
  readonly name: string;
  readonly comm: string;
  readonly exe: string | null;
  readonly cmdline: string | null;
  readonly uid: number | null;
  readonly cgroup: string | null;
  readonly container: string | null;
  /** Start time, ISO 8601; with the pid it is the identity of a process. */
  readonly started: string | null;
}

/** Who holds a socket: every process that does, first started first, and how that was found. */
export interface Ownership {
  readonly processes: readonly Process[];
  readonly attribution: Attribution;
}

/** Every socket at one instant; those that are made as they are read (`Iterable`) may be read again. */
export interface SocketReading<S = readonly Socket[]> {
  readonly sockets: S;
  /** Finds the owner; costs a lookup, reads nothing. */
  ownerOf(socket: Socket): Ownership;
  /** User name of a uid, or null. */
  userOf(uid: number): string | null;
  /** Name of the interface a socket is bound to or that holds its local address, or null. */
  ifaceOf(socket: Socket): string | null;
  readonly netns: string | null;
  readonly limits: readonly Limit[];
}
