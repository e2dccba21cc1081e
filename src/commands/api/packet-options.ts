import { PLAIN_CAPTURE } from '../../core/sample/capture-request.ts';
import { ENGINES, type Engine } from '../../core/system/sensor.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import type { Listening } from './headless.ts';
import { type OptionKinds, refuseWithRead, requireOptions } from './require-options.ts';

/** Where packets come from: a file with `read`, otherwise the machine, which needs CAP_NET_RAW. */
export interface PacketOptions extends Listening {
  /** A capture: pcap or pcapng, compressed or not; `-` is stdin. */
  readonly read?: string;
  /** With a file, only packets of this interface; live, where to capture: names separated by commas, or `any`. */
  readonly interface?: string;
  /** Decrypt TLS and QUIC with the secrets in this file, in the NSS key log format. */
  readonly keylog?: string;
  /** Live: a libpcap filter; see pcap-filter(7). */
  readonly bpf?: string;
  /** Live: milliseconds after which the capture ends. */
  readonly duration?: number;
  /** Live: bytes of each packet that are kept, 14 to 262144. */
  readonly snaplen?: number;
  /** Live: only what is addressed to this machine. */
  readonly promiscuous?: boolean;
  /** Live: the engine that captures. */
  readonly engine?: Engine;
}

/** Of what kind each is. */
const PACKET_KINDS: OptionKinds = {
  read: 'text',
  interface: 'text',
  keylog: 'text',
  bpf: 'text',
  duration: 'millis',
  snaplen: 'snaplen',
  promiscuous: 'flag',
  engine: ENGINES,
};

/** Those that are about a live capture. */
const LIVE_KINDS = ['bpf', 'duration', 'snaplen', 'promiscuous', 'engine'];

/** Throws Failure 64 for options that are wrong, or do not go together. */
export function requirePacketOptions(options: PacketOptions, own: OptionKinds): void {
  requireOptions(options, { ...PACKET_KINDS, ...own });
  refuseWithRead({ ...options }, LIVE_KINDS);
}

/** The request that these options make. */
export function packetRequest(options: PacketOptions): PacketRequest {
  const { read, interface: iface = null, keylog = null } = options;
  if (read !== undefined) return { from: 'file', file: read, interface: iface, sandbox: 'off', keylog };
  return {
    ...PLAIN_CAPTURE,
    from: 'machine',
    keylog,
    devices: iface?.split(',') ?? null,
    bpf: options.bpf ?? PLAIN_CAPTURE.bpf,
    durationMs: options.duration ?? null,
    snapLength: options.snaplen ?? PLAIN_CAPTURE.snapLength,
    promiscuous: options.promiscuous ?? PLAIN_CAPTURE.promiscuous,
    engine: options.engine ?? null,
  };
}
