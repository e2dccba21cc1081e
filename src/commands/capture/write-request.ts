import type { CaptureFormat } from '../../core/capture/capture-writer.ts';
import { usageError } from '../../core/failure.ts';
import type { Redaction } from '../../core/redact/redaction.ts';
import type { Values } from '../options/option.ts';
import type { packetWriteOptions, rotateOptions, writeOptions } from '../packets/capture-options.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import type { Rotation } from './ring-files.ts';

/** The request for a command that writes packets. */
export interface WriteRequest {
  readonly packets: PacketRequest;
  /** A file, or `-` for stdout. */
  readonly write: string;
  readonly as: CaptureFormat | null;
  readonly force: boolean;
  readonly filter: string | null;
  /** The process that the filter picks; its packets should say so where the format can. */
  readonly process: string | null;
  /** The most packets to write; null for all. */
  readonly most: number | null;
  /** Whether to put the process, pid and user of each packet into its comment. */
  readonly annotate: boolean;
  /** Whether each packet is written separately, so that a kill cannot leave half of one. */
  readonly packetBuffered: boolean;
  /** Whether to leave out the secrets of sessions that the capture holds. */
  readonly discardsSecrets: boolean;
  /** What is taken out of packets, and of what is said of them; null for nothing. */
  readonly redaction: Redaction | null;
  /** How the capture is divided into files; null for one file. */
  readonly rotation: Rotation | null;
}

/** The end of a name whose files are compressed when they are full. */
const PACKED = '.gz';

/** The name of what is written, without the end that stands for compressing it. */
export const plainNameOf = ({ write, rotation }: Pick<WriteRequest, 'write' | 'rotation'>): string =>
  rotation?.packs === true ? write.slice(0, -PACKED.length) : write;

/** The options for this, as they were typed; not every command has those of a live capture. */
interface WriteOptions
  extends Omit<Values<typeof writeOptions>, 'write'>,
    Partial<Values<typeof packetWriteOptions & typeof rotateOptions>> {
  readonly write: string;
}

/** Throws Failure 64 for options that do not fit together. */
export function writeRequestOf(
  values: WriteOptions,
  chosen: Pick<WriteRequest, 'packets' | 'filter' | 'process' | 'most' | 'redaction'>,
): WriteRequest {
  const { write, as, force, annotate } = values;
  if (annotate === true && chosen.redaction !== null) {
    throw usageError('--annotate writes who sent a packet, and --redact takes that out');
  }
  return {
    ...chosen,
    ...{ write, as, force },
    annotate: annotate === true,
    discardsSecrets: values['discard-secrets'],
    packetBuffered: values['packet-buffered'] === true,
    rotation: rotationOf(values),
  };
}

function rotationOf(values: WriteOptions): Rotation | null {
  const { 'rotate-size': bytes = null, 'rotate-time': millis = null, 'rotate-keep': keep = null } = values;
  if (bytes === null && millis === null) {
    if (keep !== null) throw usageError('--rotate-keep needs --rotate-size or --rotate-time');
    return null;
  }
  if (values.write === '-') throw usageError('stdout cannot rotate', { hint: '-w FILE' });
  const packs = values.write.endsWith(PACKED);
  return { bytes, seconds: millis === null ? null : millis / 1000, keep, packs };
}
