import type { ByteSource } from '../capture/byte-source.ts';
import { EXIT, Failure } from '../failure.ts';
import type { User } from './user.ts';

/** What captures: the sensor with the module pcap, or a tool that is installed. */
export const ENGINES = ['pcap', 'tcpdump', 'dumpcap'] as const;
export type Engine = (typeof ENGINES)[number];
export type Tool = Exclude<Engine, 'pcap'>;

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

/** What an interface did while it was captured from. */
export type InterfaceChange =
  | { readonly change: 'down' }
  /** Milliseconds without it; null when it was too short to be seen. */
  | { readonly change: 'up'; readonly downMs: number | null }
  | { readonly change: 'renamed'; readonly name: string }
  | { readonly change: 'gone' };

/** What is to be captured, and how. */
export interface CaptureOrder {
  readonly engine: Engine;
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
  /** Who the process that captures becomes once the devices are open; null to stay who it is. */
  readonly user: User | null;
  readonly sandbox: SandboxMode;
  /** The file that it writes; null for packets that come here. */
  readonly fd: number | null;
  /** What waits for an interface that is gone; null where its end is that of the capture. */
  readonly absence: Absence | null;
}

/** A capture that is under way. */
export interface Sensor {
  /** Of each device (tcpdump.org/linktypes.html). */
  readonly linkTypes: readonly number[];
  /** The packets; at its end when the capture is. Empty when they go to a file. */
  readonly source: ByteSource;
  /** What the kernel has counted, and how many packets were written, as of a second ago at most. */
  counts(): readonly DeviceCounts[];
  captured(): number;
  /** Asks it to finish: what the kernel still holds comes first. */
  stop(): void;
  /** Resolves when all that was captured by now is on the disk, to how many packets that is. */
  sync(): Promise<number>;
  /** Resolves when it has ended; rejects with a Failure 69 when a device ended by itself or the process did, 74 for a full disk. */
  readonly ended: Promise<void>;
}

/** What may happen during a capture. */
export interface SensorEvents {
  readonly changed: (device: string, change: InterfaceChange) => void;
  /** The process that captures was stopped by a signal, or goes on after that. */
  readonly stopped: (pid: number, isStopped: boolean) => void;
}

/** What is asked and told while an interface is away. */
export interface Absence {
  /** Resolves when an interface of that name is there, or the signal aborts; it looks after a while. */
  readonly appears: (device: string, signal: AbortSignal) => Promise<void>;
  readonly gone: (device: string) => void;
  readonly back: (device: string) => void;
}

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

/** The process that captures has ended without its last word: what it counted is not known to the end. */
export class SensorDied extends Failure {}
