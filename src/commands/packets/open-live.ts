import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import type { CaptureFormat } from '../../core/capture/capture-writer.ts';
import { openCaptureReader } from '../../core/capture/open-capture-reader.ts';
import { FlowOwners } from '../../core/connection/flow-owners.ts';
import { usageError } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { OutputFile } from '../../platform/files/capture-output.ts';
import type { Context } from '../context/context.ts';
import { type Beginning, beginCapture, type Session } from './begin-capture.ts';
import { ebpfWish } from './ebpf-options.ts';
import { followOwners } from './follow-owners.ts';
import type { PacketSource, PacketUse, PacketValues } from './packet-source.ts';
import { Tracing } from './tracing.ts';

/**
 * How long packets may wait in the kernel: who watches sees them at once, a file need not. The kernel hands over blocks
 * that are as long as the longest packet, full or not, so that the buffer holds 64 of them (libpcap, TPACKET_V3): by 20 ms
 * each, a reader that halts for 1.3 s loses packets, however few there are.
 */
const WATCHED_MS = 20;
const COUNTED_MS = 100;
const FILE_MS = 250;
/** What is read at once. Events wait while its packets are printed: under a flood 50 to 112 ms with 1 MiB, 44 to 68 ms so. */
const CHUNK = 256 * 1024;

/** Packets as they are captured, with their owners if those are asked for. Rejects with a Failure 64, 66, 69 or 77. */
export async function openLive(
  context: Context,
  values: PacketValues,
  { showsRows, asksOwners, sockets: read = null }: PacketUse,
): Promise<PacketSource> {
  if (asksOwners === false) refuseEbpf(values);
  const platform = await context.openPlatform({ root: null, netns: null });
  // first, as it takes longest; what is captured from then on has its owners
  const tracing =
    asksOwners === true
      ? await Tracing.open(context, platform, ebpfWish(values, values.duration ?? null), {
          keepsEnded: false,
          verbose: values.verbose === true,
        })
      : null;
  const beginning: Beginning = {
    format: 'pcapng',
    most: null,
    fd: null,
    asksOwners: asksOwners === false ? false : (read ?? true),
    gatherMs: showsRows ? WATCHED_MS : COUNTED_MS,
  };
  tracing?.begin(); // while it may
  let session: Session;
  try {
    session = await beginCapture(context, platform, values, beginning);
  } catch (error) {
    tracing?.kill();
    throw error;
  }
  const { sensor, gaps, sockets, devices, conclude } = session;
  const reader = await openCaptureReader(sensor.source, CHUNK);
  nameInterface(reader, devices);
  let captured = 0;
  const next = reader.next.bind(reader);
  reader.next = (packet) => {
    const found = next(packet);
    if (found) captured++;
    return found;
  };
  session.countBy(() => captured);
  const owners = new FlowOwners(tracing?.trace ?? (typeof asksOwners === 'object' ? asksOwners : null));
  if (sockets !== null) await followOwners(context, platform, sockets, reader, owners, async () => tracing?.stop());
  return {
    reader,
    owners,
    file: null,
    signal: new AbortController().signal,
    counts: sensor.counts,
    stop: sensor.stop,
    gaps: () => gaps.take(sensor.counts()),
    async finish() {
      await reader.close();
      try {
        await conclude();
      } finally {
        for (const { what, why } of tracing?.limits() ?? []) if (!values.quiet) context.say(`${what}: ${why}`);
        tracing?.kill();
      }
    },
  };
}

/**
 * Captures into a file, which the sensor itself writes: no packet passes through this process, and it costs a quarter of
 * what it would. Resolves to how many packets it holds. Rejects as openLive does, and with a Failure 74 for a full disk.
 */
export async function captureInto(
  context: Context,
  values: PacketValues,
  file: OutputFile,
  format: CaptureFormat,
  most: number | null,
): Promise<number> {
  refuseEbpf(values);
  const platform = await context.openPlatform({ root: null, netns: null });
  const beginning = { format, most, fd: file.fd, asksOwners: false, gatherMs: FILE_MS };
  const { sensor, conclude } = await beginCapture(context, platform, values, beginning);
  const unasked = context.onSyncAsked(async () => {
    context.warn(`${formatNumberOf(await sensor.sync(), 'packet')} on the disk`);
  });
  try {
    await conclude();
  } finally {
    unasked();
  }
  return sensor.captured();
}

/** pcap, as tcpdump writes it, knows no interface; there is but one. */
function nameInterface(reader: CaptureReader, [name]: readonly string[]): void {
  const [only] = reader.interfaces;
  if (only === undefined || only.name !== null || name === 'any') return;
  Object.assign(reader, { interfaces: [{ ...only, name }] });
}

/** Throws Failure 64 where eBPF is demanded and nobody would ask what it knows. */
function refuseEbpf({ ebpf }: PacketValues): void {
  if (ebpf !== true) return;
  throw usageError('--ebpf tells of processes, and nothing here asks for them', {
    hint: 'stats --by processes, capture --fields ...,process, capture --annotate -w FILE',
  });
}
