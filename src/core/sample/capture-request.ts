import type { Engine, SandboxMode } from '../system/sensor.ts';
import type { TraceWish } from './tracing.ts';

/** What to capture from the machine. */
export interface CaptureRequest {
  /** null for the one with the default route. */
  readonly devices: readonly string[] | null;
  /** A libpcap filter (pcap-filter(7)); empty for all packets. */
  readonly bpf: string;
  /** Bytes of each packet that are kept. */
  readonly snapLength: number;
  /** Size of the kernel's buffer for packets that have not been read yet. */
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** null for whichever engine is available. */
  readonly engine: Engine | null;
  readonly sandbox: SandboxMode;
  /** Whether to wait for an interface that has disappeared. */
  readonly reconnects: boolean;
  /** Whether to go on without an interface that has disappeared, as long as another is left. */
  readonly outlives: boolean;
  /** As those of a CaptureOrder. */
  readonly mayLack: boolean;
  readonly later: number | null;
  /** Whether its filter may be replaced while it runs. */
  readonly refilters: boolean;
  /** null until it is stopped. */
  readonly durationMs: number | null;
  /** Whether each packet is written separately, so that a kill cannot leave half of one. */
  readonly packetBuffered: boolean;
  /** Whether the kernel is traced to find the owners of packets. */
  readonly traces: TraceWish;
}

/** As tcpdump: no packet is longer. */
const SNAP_LENGTH = 262_144;
const BUFFER_BYTES = 16 * 1024 * 1024;

/** A request with every setting at its default. */
export const PLAIN_CAPTURE: CaptureRequest = {
  devices: null,
  bpf: '',
  snapLength: SNAP_LENGTH,
  bufferBytes: BUFFER_BYTES,
  promiscuous: true,
  engine: null,
  sandbox: 'on',
  reconnects: false,
  outlives: false,
  mayLack: false,
  later: null,
  refilters: false,
  durationMs: null,
  packetBuffered: false,
  traces: 'refused',
};
