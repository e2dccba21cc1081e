import type { ConnRow } from '../record/tables/conn.ts';

/** A process as the kernel knew it at the moment when it worked for that process. */
export interface TracedProcess {
  readonly pid: number;
  readonly uid: number;
  /** Name of the executable; that of the thread where the kernel gave none. */
  readonly name: string;
  /** Name of the thread, 15 bytes at most. */
  readonly comm: string;
}

/** Both ends of a socket, as in a `conn` record. */
export type TracedEnds = Pick<ConnRow, 'family' | 'local_addr' | 'local_port' | 'remote_addr' | 'remote_port'>;

/** The socket that a line is about. The kernel reuses an address for another socket, but not an inode. */
interface OfSocket {
  /** Nanoseconds of the monotonic clock. */
  readonly at: number;
  /** Address of the socket in the kernel, a number without meaning. */
  readonly sock: string;
  /** 0 when the socket no longer has one. */
  readonly inode: number;
}

/** What the kernel reported while sockets were watched. Lines of different processors may come out of order. */
export type TraceEvent =
  /** A process sent or received. Repeated from time to time. */
  | (OfSocket &
      TracedEnds & { readonly kind: 'moved'; readonly proto: ConnRow['proto']; readonly process: TracedProcess })
  /** A process connects, listens or closes. When it connects, the local port is 0, because it is chosen later. */
  | (OfSocket & TracedEnds & { readonly kind: 'changed'; readonly state: number; readonly process: TracedProcess })
  /** A connection was answered: its local port is known. */
  | (OfSocket & TracedEnds & { readonly kind: 'answered' })
  /** A TCP socket ended, with its last counters, as `conn` has them. */
  | (OfSocket &
      TracedEnds &
      Pick<ConnRow, 'rx_bytes' | 'tx_bytes' | 'rx_packets' | 'tx_packets' | 'bytes_retrans'> & {
        readonly kind: 'closed';
        /** State before, as in include/net/tcp_states.h. */
        readonly previous: number;
      })
  /** How much a socket that is not TCP has moved since the last such line: bytes, and how often. */
  | {
      readonly kind: 'bytes';
      readonly inode: number;
      readonly direction: 'rx' | 'tx';
      readonly bytes: number;
      readonly calls: number;
    }
  /** Everything that happened some time before `at` has been reported. */
  | { readonly kind: 'beat'; readonly at: number }
  /** Events that could not be reported. */
  | { readonly kind: 'lost'; readonly events: number };
