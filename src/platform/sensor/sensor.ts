import fs from 'node:fs';
import { EXIT, type ExitStatus, messageOf, reasonOf } from '../../core/failure.ts';
import { type Clock, every } from '../../core/system/clock.ts';
import type { DeviceCounts } from '../../core/system/sensor.ts';
import { receiveFile } from '../linux/file-passage.ts';
import { realClock } from '../machine/real-clock.ts';
import { FileTurns } from './file-turns.ts';
import { FrameBlocks } from './frame-blocks.ts';
import { FrameRecords } from './frame-records.ts';
import type { FrameVector } from './frame-vector.ts';
import { LaterDevices } from './later-devices.ts';
import { LostDevices } from './lost-devices.ts';
import { PACKETS_FD, type SensorOrder } from './messages.ts';
import { NotOpened, type OnFrame, type OpenedDevices, openDevices } from './open-devices.ts';
import { outOf } from './out-of.ts';
import type { RingFrame } from './packet-ring.ts';
import { checkFilter, type PcapDevice } from './pcap-device.ts';
import { ANY, type FrameBuffers, loadPcap, type Native, type PcapTap } from './pcap-tap.ts';
import { RequestLines } from './request-lines.ts';
import { enterSandbox } from './sandbox.ts';
import { fail, failToOpen, say, sync, writeFrames, writeSome } from './sensor-talk.ts';
import { SettlingFilters } from './settling-filters.ts';

const WATCH_MS = 200;
const COUNTS_MS = 1000;
/** How often it looks for packets when the binding no longer reports them. */
const UNTOLD_MS = 20;
/** How often it looks, at the end, whether the kernel hands out what it has gathered. */
const LAST_MS = 10;
/** How much later than expected a block of the kernel may come. */
const GRACE_MS = 100;
/** The number of packets between two checks whether it should stop, while the event loop stands still. */
const LOOK_EVERY = 1024;
const ETHERNET = 1;
const LINUX_SLL = 113;

/** How it comes to an end. */
interface Ending {
  readonly status: ExitStatus;
  readonly reason: string | null;
  /** The interface that disappeared, if that is the reason. */
  readonly gone: string | null;
}
const ASKED: Ending = { status: EXIT.ok, reason: null, gone: null };

/**
 * Entry point of the capturing process: the only part of netwatch that needs a privilege, and that runs native code for
 * each packet. The binding hands out packets until there are none, so its event loop stands still under a flood. A
 * separate process keeps the program responsive, and when the reader of its pipe is slow, the drops happen where the
 * kernel counts them. It ends when its stdin does, or when nobody reads the pipe any more.
 */
function run(order: SensorOrder, clock: Clock): void {
  const native = load();
  if (native === null) return;
  const writer = new (order.format === 'pcap' ? FrameRecords : FrameBlocks)(order.snapLength, {
    write: (bytes, from) => hand(bytes, from),
    writeTogether: (frames) => handTogether(frames),
  });
  let captured = 0;
  /** Packets that were handed on whole, and one that is being added, which those before it may have to make room for. */
  let written = 0;
  let adding = 0;
  let out = PACKETS_FD;
  let whole = order.continues === null ? 0 : fs.fstatSync(PACKETS_FD).size;
  const countsOf = (): DeviceCounts[] => devices.map((device) => device.counts());
  const leave = (ending: Ending, counts = countsOf()): never => {
    say({ type: 'ended', captured: written, lost: captured + adding - written, counts, ...ending });
    process.exit(0);
  };
  const end = (ending: Ending): never => {
    // the kernel goes on counting: the file and the message tell of one reading
    const counts = countsOf();
    // a series without packets is one empty file
    if (turns?.isBegun === false) turn();
    // what the kernel counted is of all files, and stands in none
    if (turns === null) writer.end(counts, clock.now() / 1000);
    writer.flush();
    return leave(ending, counts);
  };
  /** A pipe without a reader is the end, and so is a full disk: a file then keeps what was written whole. */
  const hand = (bytes: Uint8Array, from: number): void => {
    let at = from;
    try {
      while (at < bytes.length) at += writeSome(out, bytes, at);
      whole += bytes.length;
      written = captured;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      const part = writer.wholeWithin(bytes, at);
      written += part.frames;
      fs.ftruncateSync(out, whole + part.bytes);
      leave({ status: EXIT.io, reason: reasonOf(error), gone: null });
    }
  };

  const handTogether = (frames: FrameVector): number => {
    const taken = writeFrames(out, frames);
    if (taken < frames.bytes) return taken;
    whole += taken;
    written = captured;
    return taken;
  };

  const turns = order.ends === null ? null : new FileTurns(order.ends, clock);
  /** Goes on in the next file of a series, or in the first. */
  const turn = (): void => {
    writer.flush();
    say({ type: 'turn' });
    if (out !== PACKETS_FD) fs.closeSync(out);
    out = receiveFile(PACKETS_FD) ?? leave({ status: EXIT.io, reason: 'there is no file for it', gone: null });
    whole = 0;
    turns?.begin();
    writer.begin(devices, order.snapLength);
    // by itself, as a header that was cut is told by its length
    writer.flush();
  };

  let last: Ending | null = null;
  let deadline = Number.POSITIVE_INFINITY;
  /** The kernel hands out packets when a block is full or its time is over: wait for that. */
  const finish = (ending: Ending): void => {
    if (last !== null) return;
    last = ending;
    deadline = clock.monotonic() + order.gatherMs + GRACE_MS;
    const isOut = outOf(devices);
    const look = (): void => {
      for (const { tap } of devices) tap.drain();
      if (isOut() || clock.monotonic() > deadline) end(ending);
    };
    look();
    every(clock, LAST_MS, look);
  };
  let countedAt = 0;
  /** The counted packets have been written: the receiver of these counts may rely on that. */
  const tellCounts = (synced = false): void => {
    countedAt = clock.monotonic();
    writer.flush();
    if (synced) sync(out);
    say({ type: 'counts', captured, counts: countsOf(), synced });
  };
  let sinceLook = 0;
  const onFrame = (index: number, ring: RingFrame | null): void => {
    adding = 1;
    if (turns?.isDue(whole + writer.pending) === true) turn();
    if (ring === null) writer.addFrame(index);
    else writer.addRingFrame(index, ring);
    adding = 0;
    captured++;
    if (order.packetBuffered) writer.flush();
    if (captured === order.most) end(ASKED);
    if (++sinceLook < LOOK_EVERY) return;
    sinceLook = 0;
    const now = clock.monotonic();
    if (now > deadline) end(last ?? ASKED);
    // no timer runs while packets keep coming
    if (now > countedAt + COUNTS_MS) tellCounts();
    settling.look();
    if (!requests.look()) deadline = Math.min(deadline, now + WATCH_MS);
  };
  const settling = new SettlingFilters(clock, order.gatherMs + GRACE_MS, () => {
    writer.flush();
    say({ type: 'filtered', refusal: null });
  });
  const refilter = (bpf: string): void => {
    const refusal = changing?.change(bpf) ?? null;
    if (refusal === null) settling.add(devices);
    else say({ type: 'filtered', refusal });
  };
  const requests = new RequestLines({
    sync: () => tellCounts(true),
    recount: () => tellCounts(),
    refilter,
    follow: (index) => follow(index),
  });

  const opened = openAsked(native, order, writer, onFrame, clock);
  if (opened === null) return;
  const { devices, changing, lacking } = opened;
  const later = changing === null ? null : LaterDevices.open(native, order, writer, devices, changing, onFrame);
  // from here on nothing is privileged, and what was not opened above cannot be
  const refusal = enterSandbox(order);
  if (refusal !== null) {
    fail(EXIT.noPermission, refusal.message, refusal.hint);
    return;
  }
  const linkTypes = devices.map(({ linkType }) => linkType);
  // each file of a series begins with its first packet
  const begins = turns === null && (order.continues === null || order.format === 'pcapng');
  if (begins) writer.begin(devices, order.snapLength);
  else if (order.continues !== null && order.continues[0] !== linkTypes[0]) {
    const reason = `${order.devices[0]} has link type ${linkTypes[0]} now, and the file holds packets of ${order.continues[0]}`;
    leave({ status: EXIT.unavailable, reason, gone: null });
  }
  writer.flush();
  const refilters = order.refilters && changing !== null;
  say({ type: 'ready', linkTypes, refilters, follows: later !== null, lacking });

  const stop = (): void => finish(ASKED);
  process.stdin.on('end', stop).on('error', stop);
  process.stdin.on('data', (bytes: Buffer) => requests.take(bytes));
  const start = (device: PcapDevice): void => device.tap.start(() => writer.flush());
  for (const device of devices) start(device);
  const lost = new LostDevices(devices, (name, isLeft) => {
    if (order.outlives && isLeft) say({ type: 'gone', device: name });
    else finish(goneOf(name));
  });
  const follow = (index: number): void => {
    // who reads it knows which one is meant
    lost.look();
    const found = later?.follow(index) ?? 'this machine cannot';
    if (typeof found !== 'string') start(found);
    writer.flush();
    say({ type: 'following', index, refusal: typeof found === 'string' ? found : null });
  };
  const untold = new Set<PcapTap>();
  every(clock, WATCH_MS, () => {
    // what the kernel had gathered of it has come meanwhile
    later?.release(lost.all);
    for (const { tap, isReleased } of devices) {
      if (isReleased) continue;
      if (tap.drainUntold() && !untold.has(tap)) {
        untold.add(tap);
        every(clock, UNTOLD_MS, () => {
          tap.drain();
          writer.flush();
        });
      }
      writer.flush();
    }
    lost.look();
  });
  every(clock, COUNTS_MS, () => tellCounts());
}

const goneOf = (name: string): Ending => ({
  status: EXIT.unavailable,
  reason: `interface ${name} is gone`,
  gone: name,
});

/** Checks the filter and opens the devices; null when that failed, which has been said then. */
function openAsked(
  native: Native,
  order: SensorOrder,
  into: FrameBuffers,
  onFrame: OnFrame,
  clock: Clock,
): OpenedDevices | null {
  try {
    for (const name of order.devices) checkFilter(native, order.bpf, name === ANY ? LINUX_SLL : ETHERNET);
  } catch (error) {
    fail(EXIT.usage, `--bpf "${order.bpf}": ${messageOf(error)}`, 'man 7 pcap-filter');
    return null;
  }
  const opened = openDevices(native, order, into, onFrame, clock);
  if (!(opened instanceof NotOpened)) return opened;
  failToOpen(order, opened.device, opened.message);
  return null;
}

/** Null when the native module does not load, which has been said then. */
function load(): Native | null {
  try {
    return loadPcap();
  } catch (error) {
    fail(
      EXIT.unavailable,
      `live capture needs the pcap module, which does not load: ${messageOf(error)}`,
      'netwatch doctor',
    );
    return null;
  }
}

run(JSON.parse(process.argv[2]!) as SensorOrder, realClock);
