import { openCaptureReader } from '../capture/open-capture-reader.ts';
import { FlowOwners } from '../connection/flow-owners.ts';
import { usageError } from '../failure.ts';
import { PacketFeed } from '../packet/packet-feed.ts';
import type { CaptureRequest } from './capture-request.ts';
import { beginCapture, type LiveCapture } from './live-capture.ts';
import { lookForOwners } from './look-for-owners.ts';
import type { LiveSource, PacketUse } from './packet-source.ts';
import type { Place } from './surroundings.ts';
import { Tracing } from './tracing.ts';

/**
 * How long packets may wait in the kernel: somebody who watches should see them at once, a file can wait. The kernel
 * hands over blocks that are as long as the longest packet, full or not, so the buffer holds 64 of them (libpcap,
 * TPACKET_V3). With 20 ms each, a reader that halts for 1.3 s loses packets, however few there are.
 */
const WATCHED_MS = 20;
const COUNTED_MS = 100;
/**
 * Bytes read at once. Events wait while these packets are printed: under a flood 50 to 112 ms with 1 MiB, 44 to 68 ms
 * with this.
 */
const CHUNK = 256 * 1024;

/** Packets as they are captured, with their owners if those are needed. Rejects with a Failure 64, 66, 69 or 77. */
export async function openLivePackets(
  place: Place,
  request: CaptureRequest,
  { dissector, showsRows, asksOwners, sockets: read = null }: PacketUse,
): Promise<LiveSource> {
  if (asksOwners === false) refuseTrace(request);
  // first, as it takes longest; what is captured from then on has its owners
  const tracing = asksOwners === true ? await Tracing.open(place, request.traces, false) : null;
  tracing?.begin(); // while it may
  let live: LiveCapture;
  try {
    live = await beginCapture(place, request, {
      format: 'pcapng',
      most: null,
      fd: null,
      series: null,
      asksOwners: asksOwners === false ? false : (read ?? true),
      gatherMs: showsRows ? WATCHED_MS : COUNTED_MS,
    });
  } catch (error) {
    tracing?.kill();
    throw error;
  }
  const { sensor, gaps, sockets, devices, conclude } = live;
  const feed = new PacketFeed(await openCaptureReader(sensor.source, CHUNK, nameOf(devices)), dissector);
  live.countBy(() => feed.count);
  const owners = new FlowOwners(tracing?.trace ?? (typeof asksOwners === 'object' ? asksOwners : null));
  if (sockets !== null) await lookForOwners(place, sockets, feed, owners, async () => tracing?.stop());
  return {
    feed,
    owners,
    file: null,
    signal: new AbortController().signal,
    counts: sensor.counts,
    stop: sensor.stop,
    lost: gaps.lost,
    refilter: sensor.refilter,
    lacking: sensor.lacking,
    follow: sensor.follow,
    ended: sensor.ended,
    gaps: () => gaps.take(sensor.counts()),
    async finish() {
      sockets?.close();
      await feed.reader.close();
      try {
        await conclude();
      } finally {
        for (const { what, why } of tracing?.limits() ?? []) place.say(`${what}: ${why}`);
        tracing?.kill();
      }
    },
  };
}

/** pcap, as tcpdump writes it, does not name interfaces; there is only one. */
function nameOf([name]: readonly string[]): string | null {
  return name === undefined || name === 'any' ? null : name;
}

/** Throws Failure 64 when eBPF is demanded and nothing would use what it knows. */
export function refuseTrace({ traces }: CaptureRequest): void {
  if (traces !== 'demanded') return;
  throw usageError('--ebpf finds processes, and no other option here uses them', {
    hint: 'stats --by processes, capture --fields ...,process, capture --annotate -w FILE',
  });
}
