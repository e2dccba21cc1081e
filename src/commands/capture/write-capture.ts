import type { CaptureWriter } from '../../core/capture/capture-writer.ts';
import { PcapWriter } from '../../core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../core/capture/pcapng-writer.ts';
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { setupFor } from '../../core/packet/filter-setup.ts';
import { formatOwners } from '../../core/packet/owner-comment.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';
import type { PacketOwners } from '../../core/packet/packet-owners.ts';
import { type ByteSink, OutputCut, type Rewritten, rewrite } from '../../core/packet/rewrite.ts';
import { CaptureRedactor } from '../../core/redact/capture-redactor.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../platform/files/capture-output.ts';
import type { Context } from '../context/context.ts';
import { refuseRawTerminal } from '../context/raw-output.ts';
import { captureFormatOf } from '../listing/written-format.ts';
import { openCaptureFiles } from '../packets/capture-files.ts';
import { openPackets } from '../packets/open-packets.ts';
import { sayFaults } from '../reading/say-faults.ts';
import { keptAndLost } from './kept-and-lost.ts';
import { RingFiles } from './ring-files.ts';
import { RotatingCapture } from './rotating-capture.ts';
import { sayRedacted } from './say-redacted.ts';
import { plainNameOf, type WriteRequest } from './write-request.ts';

/**
 * Writes the packets of one capture that pass the filter to another, in the requested format, or else the format that
 * the name ends with, or else the format of the capture that is read. Rejects with a Failure 64, 65, 66, 73 or 74; then
 * there is no file.
 */
export async function writeCapture(context: Context, request: WriteRequest): Promise<number> {
  const { rotation, packets, write, force } = request;
  if (write === '-') refuseRawTerminal(context, 'a capture');
  const files = openCaptureFiles(
    context,
    { write, force, isLive: packets.from === 'machine', sandbox: packets.sandbox },
    rotation !== null,
    rotation?.packs === true,
  );
  try {
    if (packets.from === 'machine' && request.redaction === null) {
      const { captureDirectly } = await import('./capture-directly.ts');
      const written = await captureDirectly(context, request, packets, files);
      if (written !== null) return written;
    }
    return await writePackets(context, request, files);
  } finally {
    files.close();
  }
}

async function writePackets(context: Context, request: WriteRequest, files: CaptureFiles): Promise<number> {
  // made before the privileges are given up which this may take: of a live capture always, of a file where there are some
  const isOne = request.rotation === null && request.write !== '-';
  const early = isOne && (request.packets.from === 'machine' || context.isPrivileged());
  const made = early ? await files.createHere(request.write, request.force) : null;
  try {
    return await copyPackets(context, request, files, made);
  } catch (error) {
    // nothing came of it, or what came was kept
    if (made !== null && (await made.size().catch(() => 1)) === 0) await made.abandon().catch(() => {});
    throw error;
  }
}

async function copyPackets(
  context: Context,
  request: WriteRequest,
  files: CaptureFiles,
  made: OutputFile | null,
): Promise<number> {
  const filter = request.filter === null ? null : compilePacketFilter(request.filter, undefined, context.clock.now);
  const { rotation } = request;
  const setup = setupFor(filter);
  const dissector = new Dissector(REGISTRY, {
    ...setup,
    // owners are those of flows
    headersAlone: setup.headersAlone && !request.annotate && request.process === null,
  });
  const { feed, owners, file, signal, finish } = await openPackets(context, request.packets, {
    dissector,
    showsRows: false,
    asksOwners: filter?.needsText === true || request.annotate,
  });
  const { reader } = feed;
  if (filter !== null) {
    filter.rows.source = reader;
    filter.rows.owners = owners;
  }
  try {
    const target = plainNameOf(request);
    const format = request.as ?? captureFormatOf(target) ?? (reader.format === 'pcapng' ? 'pcapng' : 'pcap');
    const name = target === '-' ? 'stdout' : target;
    // interfaces of pcapng have a snap length each
    const snapLength = reader.format === 'pcapng' ? 0 : reader.interfaces[0]!.snapLength;
    const makeWriter = (): CaptureWriter => (format === 'pcap' ? new PcapWriter(name, snapLength) : new PcapngWriter());
    if (request.annotate && format === 'pcap') {
      throw usageError('--annotate puts comments into packets, and a pcap file cannot hold comments', {
        hint: '--as pcapng',
      });
    }
    const redactor = request.redaction === null ? null : new CaptureRedactor(request.redaction);
    const namesProcess = request.annotate || request.process !== null;
    const annotate =
      namesProcess && redactor === null && format === 'pcapng' ? (packet: Packet) => commentOf(owners, packet) : null;
    const most = request.most ?? Number.POSITIVE_INFINITY;
    const copy = (writer: CaptureWriter, sink: ByteSink) =>
      rewrite(feed, writer, sink, signal, {
        filter,
        most,
        annotate,
        packetBuffered: request.packetBuffered,
        discardsSecrets: request.discardsSecrets,
        redactor,
      });
    const ring =
      rotation === null
        ? null
        : new RingFiles(files, name, request.force, rotation, { now: context.clock.now, say: context.warn });
    const out = async (): Promise<Rewritten> => {
      if (request.write === '-') {
        return copy(makeWriter(), stdoutSink(context)).catch((error: unknown) => {
          throw withCounts(error, true);
        });
      }
      if (rotation !== null && ring !== null) {
        const seconds = file === null ? () => context.clock.monotonic() / 1000 : ({ seconds }: Packet) => seconds;
        return toFiles(context, ring, new RotatingCapture(ring, rotation, makeWriter, seconds), copy);
      }
      return toFile(context, made ?? (await files.create(name, request.force)), file === null, (sink) =>
        copy(makeWriter(), sink),
      );
    };
    const { read, written, faults } = await out();
    context.say(`wrote ${written} of ${formatNumberOf(read, 'packet')} to ${ring?.written ?? name}`);
    if (redactor !== null) sayRedacted(context, redactor, reader);
    else if (format === 'pcapng' && reader.secrets.length > 0 && !request.discardsSecrets) context.say(HAS_SECRETS);
    sayFaults(context, faults);
    return EXIT.ok;
  } finally {
    await finish();
  }
}

const HAS_SECRETS = 'with the secrets of sessions that the capture holds: --discard-secrets leaves them out';

/** The processes of a packet, as a later run reads them back. */
function commentOf(owners: PacketOwners, packet: Packet): string | null {
  return formatOwners({ sender: owners.senderOf(packet), receiver: owners.receiverOf(packet) });
}

/**
 * When copying a file fails, the copy is removed. Packets of the machine come only once, so when a capture fails, what
 * was written is kept, and netwatch says so.
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

/**
 * Adds to an error how many packets a full disk took and how many it did not; `isLess` when it may have taken part of
 * the last write.
 */
function withCounts(error: unknown, isLess = false): unknown {
  if (!(error instanceof OutputCut)) return error;
  const { exit, message, hint, kept, lost } = error;
  return new Failure(exit, `${message}; ${keptAndLost(kept, lost, isLess)}`, { hint, cause: error });
}

/** Syncs the file to the disk when asked. What was read from the kernel has already been written. */
function syncWhenAsked(context: Context, file: { sync(): Promise<void> }): () => void {
  return context.onSyncAsked(async () => {
    await file.sync();
    context.warn('the packets written so far are on the disk');
  });
}

async function toFiles(
  context: Context,
  ring: RingFiles,
  capture: RotatingCapture,
  copy: (writer: CaptureWriter, sink: ByteSink) => Promise<Rewritten>,
): Promise<Rewritten> {
  const unasked = syncWhenAsked(context, ring);
  try {
    return await copy(capture, capture);
  } catch (error) {
    throw withCounts(error);
  } finally {
    unasked();
    await ring.keep((file) => file.keep());
  }
}

function stdoutSink({ stdout }: Context): ByteSink {
  return {
    async write(bytes) {
      await stdout.writeBytes(bytes);
      await stdout.flush();
    },
  };
}
