import type { ByteSource } from '../capture/byte-source.ts';
import { EXIT, Failure } from '../failure.ts';
import type { User } from './user.ts';

/** The engines that can capture: the sensor with the pcap module, or a tool that is installed. */
export const ENGINES = ['pcap', 'tcpdump', 'dumpcap'] as const;
export type Engine = (typeof ENGINES)[number];
export type Tool = Exclude<Engine, 'pcap'>;

/**
 * What the sensor gives up once the devices are open. on: everything that this system can take away. strict: the same,
 * and it captures nothing unless all of it is taken away. off: nothing.
 */
export const SANDBOX_MODES = ['on', 'strict', 'off'] as const;
export type SandboxMode = (typeof SANDBOX_MODES)[number];

/**
 * The counts of one device since it was opened (pcap_stats(3PCAP)): received = captured + dropped by the kernel + left.
 * The kernel counts each loopback packet twice; there only `received` and `droppedByKernel` are right.
 */
export interface DeviceCounts {
  readonly device: string;
  readonly captured: number;
  /** Packets that passed the filter. */
  readonly received: number;
  readonly droppedByKernel: number;
  readonly droppedByInterface: number;
  /** Packets that the kernel holds and nobody has read, or at the end never will; null when that is unknown. */
  readonly left: number | null;
}

/** What an interface did while it was captured from. */
export type InterfaceChange =
  | { readonly change: 'down' }
  /** Milliseconds without it; null when it was too short to be seen. */
  | { readonly change: 'up'; readonly downMs: number | null }
  | { readonly change: 'renamed'; readonly name: string }
  | { readonly change: 'gone' };

/** When a file of a series ends: before the packet that comes when it has so many bytes, or is so old; null for never. */
export interface FileEnds {
  readonly bytes: number | null;
  /** Seconds since its first packet, by a clock that never jumps. */
  readonly seconds: number | null;
}

/** One file after another, each a complete capture that begins with its first packet. */
export interface FileSeries extends FileEnds {
  /** The descriptor by which the capturing process receives the descriptors of files. */
  readonly receiver: number;
  /**
   * Is called when it waits for the first file or the next: what it has written to the one before is all of it. Has a file
   * passed to it, or says there that none will come; never rejects.
   */
  readonly next: () => Promise<void>;
}

/** What to capture, and how. */
export interface CaptureOrder {
  readonly engine: Engine;
  readonly devices: readonly string[];
  /** A libpcap filter (pcap-filter(7)); empty for all packets. */
  readonly bpf: string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** How packets are written; pcap can hold those of one device only. */
  readonly format: 'pcap' | 'pcapng';
  /**
   * Milliseconds that packets may wait in the kernel: a few when somebody watches, more for a file, where each read
   * costs time.
   */
  readonly gatherMs: number;
  /** The number of packets after which it ends; null for never. */
  readonly most: number | null;
  /** Whether each packet is written separately, so that a kill cannot leave half of one. */
  readonly packetBuffered: boolean;
  /** Whether the filter may be replaced while it runs; then what that takes is kept. */
  readonly refilters: boolean;
  /** Whether it goes on without an interface that has disappeared, as long as another is left. */
  readonly outlives: boolean;
  /** Whether it begins without those devices that cannot be opened, as long as another can: nobody named them. */
  readonly mayLack: boolean;
  /** How many interfaces that come later can be captured, besides those that come again; null for neither. */
  readonly later: number | null;
  /** The user that the capturing process becomes once the devices are open; null to stay the same user. */
  readonly user: User | null;
  readonly sandbox: SandboxMode;
  /** The descriptor of the file that it writes to; null when packets come to this process, or go to a series of files. */
  readonly fd: number | null;
  /** The files that it writes one after another; null for one file or none. */
  readonly series: FileSeries | null;
  /** Waits for an interface that has disappeared; null when the capture ends with it. */
  readonly absence: Absence | null;
}

/** A device that could not be opened, and why. */
export interface LackingDevice {
  readonly device: string;
  readonly why: string;
}

/** An interface, by the number that it keeps as long as it is there, and by its name. */
export interface InterfaceId {
  readonly index: number;
  readonly name: string;
}

/** A running capture. */
export interface Sensor {
  /** The link type of each device (tcpdump.org/linktypes.html). */
  readonly linkTypes: readonly number[];
  /** The packets; it ends with the capture. Empty when they go to a file. */
  readonly source: ByteSource;
  /** What the kernel has counted, and how many packets were written; at most a second old, unless `recount` has asked. */
  counts(): readonly DeviceCounts[];
  captured(): number;
  /** Asks it to finish; packets that the kernel still holds come first. */
  stop(): void;
  /** Resolves when the counts are those of now. */
  recount(): Promise<void>;
  /** Resolves when everything captured so far is on the disk, with the number of those packets. */
  sync(): Promise<number>;
  /**
   * Captures from now on only what another filter passes, on every device; empty for all. Resolves when what was captured
   * before has been handed on. Rejects with a Failure, 64 for a filter that means nothing; then the old one holds. Null
   * where a running capture keeps its filter.
   */
  readonly refilter: ((bpf: string) => Promise<void>) | null;
  /** The devices that could not be opened, without which it began. */
  readonly lacking: readonly LackingDevice[];
  /**
   * Captures from now on from another interface too. Resolves to why it cannot; null when it does. Null where a running
   * capture keeps its devices.
   */
  readonly follow: ((iface: InterfaceId) => Promise<string | null>) | null;
  /**
   * Resolves when it has ended; rejects with a Failure 69 when a device or the process ended unexpectedly, 74 for a
   * full disk.
   */
  readonly ended: Promise<void>;
}

/** What may happen during a capture. */
export interface SensorEvents {
  readonly changed: (device: string, change: InterfaceChange) => void;
  /** The capturing process was stopped by a signal, or has continued after that. */
  readonly stopped: (pid: number, isStopped: boolean) => void;
}

/** What to do while an interface is away. */
export interface Absence {
  /** Resolves when an interface with that name is there, or the signal aborts; it checks from time to time. */
  readonly appears: (device: string, signal: AbortSignal) => Promise<void>;
  readonly gone: (device: string) => void;
  readonly back: (device: string) => void;
}

/**
 * Writing the sensor's file failed: it says how many packets are in the file, and how many captured packets are not.
 */
export class SensorCut extends Failure {
  readonly kept: number;
  readonly lost: number;

  constructor(reason: string, kept: number, lost: number) {
    super(EXIT.io, reason);
    this.kept = kept;
    this.lost = lost;
  }
}

/** The capturing process has ended without its final report: its counts are not completely known. */
export class SensorDied extends Failure {}
