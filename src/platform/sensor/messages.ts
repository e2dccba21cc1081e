import { EXIT, type ExitStatus, Failure } from '../../core/failure.ts';
import type { Platform, User } from '../../core/system/platform.ts';

/** What the sensor is to do: one JSON text in its arguments. */
export interface SensorOrder {
  readonly system: Platform['name'];
  readonly devices: readonly string[];
  /** A libpcap filter (pcap-filter(7)); empty for all packets. */
  readonly bpf: string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** How packets are written; pcap holds those of one device. */
  readonly format: 'pcap' | 'pcapng';
  /** Milliseconds that packets may wait in the kernel; a few for who watches, more for a file, where each look costs. */
  readonly gatherMs: number;
  /** After so many packets it ends; null for never. */
  readonly most: number | null;
  /** Whether each packet is written by itself, so that no kill can tear one. */
  readonly packetBuffered: boolean;
  /** The link types of the capture that this one goes on with, which is open for it; null to begin one. */
  readonly continues: readonly number[] | null;
  /** Who the sensor becomes once the devices are open; null to stay who it is. */
  readonly user: User | null;
  readonly sandbox: SandboxMode;
  /** The program that runs it, and the command that permits to capture. */
  readonly node: string;
  readonly grant: string | null;
}

/**
 * What the sensor gives up once the devices are open: on, all that this system can take; strict, the same, and where
 * that is not everything it captures nothing; off, nothing.
 */
export const SANDBOX_MODES = ['on', 'strict', 'off'] as const;
export type SandboxMode = (typeof SANDBOX_MODES)[number];

/**
 * What was counted for one device since it was opened (pcap_stats(3PCAP)): received = captured + dropped by the kernel + left.
 * The kernel counts each packet of the loopback twice, and is right there for `received` and `droppedByKernel` alone.
 */
export interface DeviceCounts {
  readonly device: string;
  readonly captured: number;
  /** What passed the filter. */
  readonly received: number;
  readonly droppedByKernel: number;
  readonly droppedByInterface: number;
  /** What the kernel has gathered and nobody has taken, or at the end never will; null where it cannot be told. */
  readonly left: number | null;
}

/** What the sensor says beside the packets, a JSON text a line. */
export type SensorMessage =
  | { readonly type: 'ready'; readonly linkTypes: readonly number[] }
  /** What is counted here has been written; `synced`: it is on the disk too, as was asked. */
  | {
      readonly type: 'counts';
      readonly captured: number;
      readonly counts: readonly DeviceCounts[];
      readonly synced: boolean;
    }
  /**
   * The last one: it was told to stop, or had to for the reason given, with this exit status of netwatch. `captured` are
   * the packets that were written, `lost` those that could not be.
   */
  | {
      readonly type: 'ended';
      readonly captured: number;
      readonly lost: number;
      readonly counts: readonly DeviceCounts[];
      readonly status: ExitStatus;
      readonly reason: string | null;
      /** The interface that is gone, which was the reason; null for all else. */
      readonly gone: string | null;
    }
  /** Nothing was captured; `status` is that of netwatch. */
  | { readonly type: 'failed'; readonly status: ExitStatus; readonly message: string; readonly hint: string | null };

/** The file that the sensor writes failed: so many packets are in it, and so many that were captured are not. */
export class SensorCut extends Failure {
  readonly kept: number;
  readonly lost: number;

  constructor(reason: string, kept: number, lost: number) {
    super(EXIT.io, reason);
    this.kept = kept;
    this.lost = lost;
  }
}

/** Descriptors of the sensor: packets go to a pipe or a file, messages to a pipe. Its stdin ends when it is to stop; a byte in it asks that all be on the disk. */
export const PACKETS_FD = 3;
export const MESSAGES_FD = 4;
