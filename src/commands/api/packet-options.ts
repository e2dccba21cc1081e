import { PLAIN_CAPTURE } from '../../core/sample/capture-request.ts';
import type { Engine } from '../../core/system/sensor.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import type { Listening } from './headless.ts';

/** Where packets come from: a file with `read`, otherwise the machine, which needs CAP_NET_RAW. */
export interface PacketOptions extends Listening {
  /** A capture: pcap or pcapng, compressed or not; `-` is stdin. */
  readonly read?: string;
  /** With a file, only packets of this interface; live, where to capture: names separated by commas, or `any`. */
  readonly interface?: string;
  /** Live: a libpcap filter; see pcap-filter(7). */
  readonly bpf?: string;
  /** Live: milliseconds after which the capture ends. */
  readonly duration?: number;
  /** Live: bytes of each packet that are kept. */
  readonly snaplen?: number;
  /** Live: only what is addressed to this machine. */
  readonly promiscuous?: boolean;
  /** Live: the engine that captures. */
  readonly engine?: Engine;
}

export const PACKET_OPTIONS = ['read', 'interface', 'bpf', 'duration', 'snaplen', 'promiscuous', 'engine'];

/** The request that these options make. */
export function packetRequest(options: PacketOptions): PacketRequest {
  const { read, interface: iface = null } = options;
  if (read !== undefined) return { from: 'file', file: read, interface: iface, sandbox: 'off' };
  return {
    ...PLAIN_CAPTURE,
    from: 'machine',
    devices: iface?.split(',') ?? null,
    bpf: options.bpf ?? PLAIN_CAPTURE.bpf,
    durationMs: options.duration ?? null,
    snapLength: options.snaplen ?? PLAIN_CAPTURE.snapLength,
    promiscuous: options.promiscuous ?? PLAIN_CAPTURE.promiscuous,
    engine: options.engine ?? null,
  };
}
