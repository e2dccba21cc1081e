import { usageError } from '../../core/failure.ts';
import { type CaptureRequest, PLAIN_CAPTURE } from '../../core/sample/capture-request.ts';
import type { Values } from '../options/option.ts';
import type { FileRequest } from '../reading/open-capture.ts';
import { liveOptions, type sourceOptions } from './capture-options.ts';
import { traceWishOf } from './ebpf-options.ts';

/** Where packets come from: a file, or the machine. */
export type PacketRequest =
  | ({ readonly from: 'file' } & FileRequest)
  | ({ readonly from: 'machine' } & CaptureRequest & Pick<FileRequest, 'keylog'>);

/** The options for this, as they were typed; a command need not have all options of a live capture. */
interface PacketOptions extends Values<typeof sourceOptions>, Partial<Values<typeof liveOptions>> {
  readonly duration?: number | null;
  readonly 'packet-buffered'?: boolean;
}

/** Throws Failure 64 for options that do not fit together. */
export function packetRequestOf(values: PacketOptions): PacketRequest {
  const { read, sandbox, keylog } = values;
  if (read === null) return { from: 'machine', ...captureRequestOf(values), keylog };
  refuseLiveOptions(values);
  return { from: 'file', file: read, interface: values.interface, sandbox: sandbox ?? 'on', keylog };
}

function captureRequestOf(values: PacketOptions): CaptureRequest {
  const durationMs = values.duration ?? null;
  return {
    devices: values.interface?.split(',') ?? null,
    bpf: values.bpf ?? PLAIN_CAPTURE.bpf,
    snapLength: snapLengthOf(values.snaplen ?? 0),
    bufferBytes: values.buffer ?? PLAIN_CAPTURE.bufferBytes,
    promiscuous: values['no-promisc'] !== true,
    engine: values.engine ?? null,
    sandbox: values.sandbox ?? PLAIN_CAPTURE.sandbox,
    reconnects: values.reconnect === true,
    outlives: false,
    mayLack: false,
    later: null,
    refilters: false,
    durationMs,
    packetBuffered: values['packet-buffered'] === true,
    traces: traceWishOf(values, durationMs),
  };
}

/** The header of Ethernet: a packet of less says nothing. */
const LEAST_SNAP_LENGTH = 14;

/** Throws Failure 64 for less than a header; 0 is the default. */
function snapLengthOf(bytes: number): number {
  if (bytes === 0) return PLAIN_CAPTURE.snapLength;
  if (bytes >= LEAST_SNAP_LENGTH) return bytes;
  throw usageError(`--snaplen ${bytes} is less than the ${LEAST_SNAP_LENGTH} bytes of a header`, {
    hint: `--snaplen ${LEAST_SNAP_LENGTH}, or 0 for whole packets`,
  });
}

/**
 * Throws Failure 64 for options that only a live capture has. --sandbox is allowed: it also says what is given up when
 * a file is read.
 */
function refuseLiveOptions(values: PacketOptions): void {
  for (const name of [...Object.keys(liveOptions), 'duration']) {
    const value = values[name as keyof PacketOptions];
    if (value === null || value === undefined || value === false || name === 'sandbox') continue;
    throw usageError(`--${name} needs a live capture, not a file of --read`, {
      hint: name === 'bpf' ? 'use --filter to choose packets of a file' : null,
    });
  }
}
