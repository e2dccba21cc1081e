import type { Engine, SandboxMode } from '../system/sensor.ts';
import type { TraceWish } from './tracing.ts';

/** What is to be captured from the machine. */
export interface CaptureRequest {
  /** null for the one with the default route. */
  readonly devices: readonly string[] | null;
  /** A libpcap filter (pcap-filter(7)); empty for all packets. */
  readonly bpf: string;
  /** Bytes of each packet that are kept. */
  readonly snapLength: number;
  /** What the kernel holds until it is taken. */
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** null for the one that is there. */
  readonly engine: Engine | null;
  readonly sandbox: SandboxMode;
  /** Whether to wait for an interface that is gone. */
  readonly reconnects: boolean;
  /** null until it is stopped. */
  readonly durationMs: number | null;
  /** Whether each packet is written by itself, so that no kill can tear one. */
  readonly packetBuffered: boolean;
  /** Whether owners of packets are watched for from within the kernel. */
  readonly traces: TraceWish;
}

/** As tcpdump: no packet is longer. */
const SNAP_LENGTH = 262_144;
const BUFFER_BYTES = 16 * 1024 * 1024;

/** What a request says that asks for nothing in particular. */
export const PLAIN_CAPTURE: CaptureRequest = {
  devices: null,
  bpf: '',
  snapLength: SNAP_LENGTH,
  bufferBytes: BUFFER_BYTES,
  promiscuous: true,
  engine: null,
  sandbox: 'on',
  reconnects: false,
  durationMs: null,
  packetBuffered: false,
  traces: 'refused',
};
