import type { CaptureFormat, CaptureWriter } from '../../core/capture/capture-writer.ts';
import { PcapWriter } from '../../core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../core/capture/pcapng-writer.ts';
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';
import { ownerOf, type PacketOwners } from '../../core/packet/packet-owners.ts';
import { type ByteSink, OutputCut, type Rewritten, rewrite } from '../../core/packet/rewrite.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../platform/files/capture-output.ts';
import { chooseEngine } from '../../platform/sensor/engines.ts';
import { SensorCut } from '../../platform/sensor/messages.ts';
import type { Context } from '../context/context.ts';
import { captureFormatOf } from '../listing/written-format.ts';
import type { Values } from '../options/option.ts';
import { openCaptureFiles } from '../packets/capture-files.ts';
import type { packetWriteOptions, rotateOptions } from '../packets/capture-options.ts';
import { devicesOf, openPackets, type PacketValues } from '../packets/packet-source.ts';
import { refuseRawTerminal } from '../packets/raw-output.ts';
import { sayFaults } from '../reading/say-faults.ts';
import { RotatingCapture, type Rotation } from './rotating-capture.ts';

/** What a command that writes packets was asked for. */
export interface WriteRequest extends PacketValues, Partial<Values<typeof rotateOptions & typeof packetWriteOptions>> {
  /** A file, or `-` for stdout. */
  readonly write: string;
  readonly as: CaptureFormat | null;
  readonly force: boolean;
  readonly filter: string | null;
  /** The process that the filter picks, whose packets are to tell so where the format can. */
  readonly process?: string | null;
  readonly most: number | null;
}

/**
 * Writes the packets of one capture that pass the filter into another, in the format asked for, in that of the name's
 * end, or in that of the one that is read. Rejects with a Failure 64, 65, 66, 73 or 74; then there is no file.
 */
export async function writeCapture(context: Context, request: WriteRequest): Promise<number> {
  const rotation = rotationOf(request);
  if (request.write === '-') refuseRawTerminal(context, 'a capture');
  const files = openCaptureFiles(context, request, rotation !== null, rotation?.packs === true);
  try {
    if (rotation === null && isDirect(request)) return await captureDirectly(context, request, files);
    return await writePackets(context, request, rotation, files);
  } finally {
    files.close();
  }
}

async function writePackets(
  context: Context,
  request: WriteRequest,
  rotation: Rotation | null,
  files: CaptureFiles,
): Promise<number> {
  // made before the privileges are given up which this may take: of a live capture always, of a file where there are some
  const isOne = rotation === null && request.write !== '-';
  const early = isOne && (request.read === null || context.isPrivileged());
  const made = early ? await files.createHere(request.write, request.force) : null;
  try {
    return await copyPackets(context, request, rotation, files, made);
  } catch (error) {
    // nothing came of it, or what came was kept
    if (made !== null && (await made.size().catch(() => 1)) === 0) await made.abandon().catch(() => {});
    throw error;
  }
}

async function copyPackets(
  context: Context,
  request: WriteRequest,
  rotation: Rotation | null,
  files: CaptureFiles,
  made: OutputFile | null,
): Promise<number> {
  const filter = request.filter === null ? null : compilePacketFilter(request.filter);
  const { reader, owners, file, signal, finish } = await openPackets(context, request, {
    showsRows: false,
    asksOwners: filter?.needsText === true || request.annotate === true,
  });
  if (filter !== null) {
    filter.rows.source = reader;
    filter.rows.owners = owners;
  }
  try {
    const target = rotation?.packs === true ? request.write.slice(0, -PACKED.length) : request.write;
    const format = request.as ?? captureFormatOf(target) ?? (reader.format === 'pcapng' ? 'pcapng' : 'pcap');
    const name = target === '-' ? 'stdout' : target;
    // interfaces of pcapng have a snap length each
    const snapLength = reader.format === 'pcapng' ? 0 : reader.interfaces[0]!.snapLength;
    const makeWriter = (): CaptureWriter => (format === 'pcap' ? new PcapWriter(name, snapLength) : new PcapngWriter());
    if (request.annotate === true && format === 'pcap') {
      throw usageError('--annotate puts comments into packets, which pcap has none of', { hint: '--as pcapng' });
    }
    const namesProcess = request.annotate === true || (request.process !== undefined && request.process !== null);
    const annotate = namesProcess && format === 'pcapng' ? (packet: Packet) => commentOf(owners, packet) : null;
    const most = request.most ?? Number.POSITIVE_INFINITY;
    const copy = (writer: CaptureWriter, sink: ByteSink) =>
      rewrite(reader, writer, sink, signal, {
        filter,
        most,
        annotate,
        packetBuffered: request['packet-buffered'] === true,
      });
    const out = async (): Promise<Rewritten> => {
      if (request.write === '-') {
        return copy(makeWriter(), stdoutSink(context)).catch((error: unknown) => {
          throw withCounts(error, true);
        });
      }
      if (rotation === null) {
        return toFile(context, made ?? (await files.create(name, request.force)), file === null, (sink) =>
          copy(makeWriter(), sink),
        );
      }
      return toFiles(
        context,
        new RotatingCapture(files, name, request.force, rotation, makeWriter, {
          now: context.clock.now,
          seconds: file === null ? () => context.clock.monotonic() / 1000 : ({ seconds }) => seconds,
          say: context.warn,
        }),
        copy,
      );
    };
    const { read, written, faults } = await out();
    if (!request.quiet) context.say(`wrote ${written} of ${formatNumberOf(read, 'packet')} to ${name}`);
    sayFaults(context, faults, request);
    return EXIT.ok;
  } finally {
    await finish();
  }
}

/** Whether the sensor can write the file by itself: nothing of the packets is asked, and pcap holds those of one interface. */
function isDirect(request: WriteRequest): boolean {
  const { read, filter, write, annotate } = request;
  if (read !== null || filter !== null || write === '-' || annotate === true) return false;
  if (chooseEngine(request.engine ?? null) !== 'pcap') return false;
  return liveFormat(request) === 'pcapng' || (devicesOf(request)?.length ?? 1) === 1;
}

const liveFormat = (request: WriteRequest): CaptureFormat => request.as ?? captureFormatOf(request.write) ?? 'pcapng';

async function captureDirectly(context: Context, request: WriteRequest, files: CaptureFiles): Promise<number> {
  const { captureInto } = await import('../packets/open-live.ts');
  const file = await files.createHere(request.write, request.force);
  try {
    const written = await captureInto(context, request, file, liveFormat(request), request.most);
    await file.finish();
    if (!request.quiet) context.say(`wrote ${formatNumberOf(written, 'packet')} to ${request.write}`);
    return EXIT.ok;
  } catch (error) {
    const wasBegun = (await file.size()) > 0;
    await (wasBegun ? file.finish() : file.abandon());
    if (!(error instanceof SensorCut)) throw error;
    const { message, kept, lost } = error;
    throw new Failure(EXIT.io, `${request.write} cannot be written: ${message}; ${keptAndLost(kept, lost)}`, {
      cause: error,
    });
  }
}

/** `curl (1234) of root`, for who sent the packet or else who received it. */
function commentOf(owners: PacketOwners, packet: Packet): string | null {
  const owner = ownerOf(owners, packet);
  if (owner === null) return null;
  return `${owner.process ?? 'process'} (${owner.pid})${owner.user === null ? '' : ` of ${owner.user}`}`;
}

/**
 * A copy of a file that fails is taken back; packets of the machine come but once, and what there is of them stays, which
 * is said.
 */
async function toFile(
  context: Context,
  file: OutputFile,
  isLive: boolean,
  copy: (sink: ByteSink) => Promise<Rewritten>,
): Promise<Rewritten> {
  const unasked = syncWhenAsked(context, file);
  try {
    const done = await copy(file);
    await file.finish();
    return done;
  } catch (error) {
    await (isLive ? file.keep() : file.abandon());
    throw isLive ? withCounts(error) : error;
  } finally {
    unasked();
  }
}

/** What a full disk left, and what it did not; `isLess` where it may have taken a part of the last write. */
function withCounts(error: unknown, isLess = false): unknown {
  if (!(error instanceof OutputCut)) return error;
  const { exit, message, hint, kept, lost } = error;
  return new Failure(exit, `${message}; ${keptAndLost(kept, lost, isLess)}`, { hint, cause: error });
}

function keptAndLost(kept: number, lost: number, isLess = false): string {
  const [least, most] = isLess ? ['at least ', 'at most '] : ['', ''];
  return `${least}${formatNumberOf(kept, 'packet')} kept, ${most}${lost} lost`;
}

/** What was taken from the kernel was written already: it only has to reach the disk. */
function syncWhenAsked(context: Context, file: { sync(): Promise<void> }): () => void {
  return context.onSyncAsked(async () => {
    await file.sync();
    context.warn('what was written is on the disk');
  });
}

async function toFiles(
  context: Context,
  files: RotatingCapture,
  copy: (writer: CaptureWriter, sink: ByteSink) => Promise<Rewritten>,
): Promise<Rewritten> {
  const unasked = syncWhenAsked(context, files);
  try {
    return await copy(files, files);
  } catch (error) {
    throw withCounts(error);
  } finally {
    unasked();
    await files.keep();
  }
}

/** The end of a name whose files are packed when they are full. */
const PACKED = '.gz';

/** How the files take turns; null for one file. Throws Failure 64 for options that do not fit together. */
function rotationOf(request: WriteRequest): Rotation | null {
  const { 'rotate-size': bytes = null, 'rotate-time': millis = null, 'rotate-keep': keep = null } = request;
  if (bytes === null && millis === null) {
    if (keep !== null) throw usageError('--rotate-keep goes with --rotate-size or --rotate-time');
    return null;
  }
  if (request.write === '-') throw usageError('stdout cannot rotate', { hint: '-w FILE' });
  const packs = request.write.endsWith(PACKED);
  return { bytes, seconds: millis === null ? null : millis / 1000, keep, packs };
}

function stdoutSink({ stdout }: Context): ByteSink {
  return {
    async write(bytes) {
      await stdout.writeBytes(bytes);
      await stdout.flush();
    },
  };
}
