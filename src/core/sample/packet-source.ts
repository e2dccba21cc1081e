import type { FlowOwners } from '../connection/flow-owners.ts';
import type { Gap } from '../gap.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { PacketOwners } from '../packet/packet-owners.ts';
import type { DeviceCounts } from '../system/sensor.ts';
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
  /** What the kernel has counted so far, for each interface; of a file nothing. */
  counts(): readonly DeviceCounts[];
  /** Asks a live capture to end; what the kernel still holds comes first. */
  stop(): void;
  /** What is missing before the packets that come next, each once. Of a file, nothing is. */
  gaps(): readonly Gap[];
  /**
   * Closes it, and says what was wrong or what was counted. Rejects with a Failure 69 when a live capture came to an end
   * that nobody asked for.
   */
  finish(): Promise<void>;
}

/** A live source, whose owners are those of flows. */
export interface LiveSource extends PacketSource {
  readonly owners: FlowOwners;
}

/** What is done with packets, so that nothing is done that nobody needs. */
export interface PacketUse {
  readonly dissector: Dissector;
  /** Rows are printed while packets come. */
  readonly showsRows: boolean;
  /** Somebody asks for processes; a trace of the kernel that somebody else keeps is asked for them, too. */
  readonly asksOwners: boolean | SocketTrace;
  /** Where sockets are read already; null to begin with it where somebody asks. */
  readonly sockets?: OwnedSockets | null;
}
