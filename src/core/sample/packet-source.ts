import type { FlowOwners } from '../connection/flow-owners.ts';
import type { Gap } from '../gap.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { PacketOwners } from '../packet/packet-owners.ts';
import type { DeviceCounts, Sensor } from '../system/sensor.ts';
import type { SocketTrace } from '../trace/socket-trace.ts';
import type { Dissector } from '../wire/dissector.ts';
import type { OwnedSockets } from './owned-sockets.ts';

/** Packets of a file, or of the machine as they come, for any number of listeners. */
export interface PacketSource {
  readonly feed: PacketFeed;
  readonly owners: PacketOwners;
  /** The file; null live. */
  readonly file: string | null;
  /** Aborts when reading is to stop at once. A live capture ends by itself, after what the kernel still holds. */
  readonly signal: AbortSignal;
  /** What the kernel has counted so far, for each interface; empty for a file. */
  counts(): readonly DeviceCounts[];
  /** Asks a live capture to end; packets that the kernel still holds come first. */
  stop(): void;
  /** What is missing before the next packets, each reported once. Empty for a file. */
  gaps(): readonly Gap[];
  /**
   * Closes it, and reports what was wrong or what was counted. Rejects with a Failure 69 when a live capture ended
   * without being asked to.
   */
  finish(): Promise<void>;
}

/** A live source; its owners are those of flows. */
export interface LiveSource extends PacketSource {
  readonly owners: FlowOwners;
  /** The interfaces that have disappeared, without which it goes on. */
  readonly lost: readonly string[];
  /** As that of a Sensor. */
  readonly refilter: Sensor['refilter'];
  /** The same. */
  readonly lacking: Sensor['lacking'];
  readonly follow: Sensor['follow'];
  readonly ended: Sensor['ended'];
}

/** How packets are used, so that no work is done that nobody needs. */
export interface PacketUse {
  readonly dissector: Dissector;
  /** Rows are printed while packets come. */
  readonly showsRows: boolean;
  /** Whether processes are needed; or a kernel trace that is kept for another purpose and can name them too. */
  readonly asksOwners: boolean | SocketTrace;
  /** Where sockets are already being read; null to begin reading when somebody needs them. */
  readonly sockets?: Pick<OwnedSockets, 'open'> | null;
}
