import fs from 'node:fs';
import { EXIT, type ExitStatus, messageOf, reasonOf } from '../../core/failure.ts';
import { type Clock, every } from '../../core/system/clock.ts';
import type { DeviceCounts } from '../../core/system/sensor.ts';
import { followIndex } from '../linux/interface-index.ts';
import { obstacleOf } from '../linux/sensor-node.ts';
import { realClock } from '../machine/real-clock.ts';
import { ChangingFilter, openFilters } from './changing-filter.ts';
import { FrameBlocks } from './frame-blocks.ts';
import { FrameRecords } from './frame-records.ts';
import { MESSAGES_FD, PACKETS_FD, type SensorMessage, type SensorOrder } from './messages.ts';
import { checkFilter, type FirstFilter, loadPcap, PcapDevice } from './pcap-device.ts';
import { RequestLines } from './request-lines.ts';
import { enterSandbox } from './sandbox.ts';

/**
 * Entry point of the capturing process: the only part of netwatch that needs a privilege, and that runs native code for
 * each packet. The binding hands out packets until there are none, so its event loop stands still under a flood. A
 * separate process keeps the program responsive, and when the reader of its pipe is slow, the drops happen where the
 * kernel counts them. It ends when its stdin does, or when nobody reads the pipe any more.
 */
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

function run(order: SensorOrder, clock: Clock): void {
  const native = load();
  if (native === null) return;
  const writer = new (order.format === 'pcap' ? FrameRecords : FrameBlocks)(order.snapLength, (bytes) => hand(bytes));
  const devices: PcapDevice[] = [];
  let captured = 0;
  /** Packets that were handed on whole, and one that is being added, which those before it may have to make room for. */
  let written = 0;
  let adding = 0;
  let whole = order.continues === null ? 0 : fs.fstatSync(PACKETS_FD).size;
  const countsOf = (): DeviceCounts[] => devices.map((device) => device.counts());
  const leave = (ending: Ending, counts = countsOf()): never => {
    say({ type: 'ended', captured: written, lost: captured + adding - written, counts, ...ending });
    process.exit(0);
  };
  const end = (ending: Ending): never => {
    // the kernel goes on counting: the file and the message tell of one reading
    const counts = countsOf();
    writer.end(counts, clock.now() / 1000);
    writer.flush();
    return leave(ending, counts);
  };
  /** A pipe without a reader is the end, and so is a full disk: a file then keeps what was written whole. */
  const hand = (bytes: Uint8Array): void => {
    let at = 0;
    try {
      while (at < bytes.length) at += writeSome(PACKETS_FD, bytes, at);
      whole += bytes.length;
      written = captured;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      const part = writer.wholeWithin(bytes, at);
      written += part.frames;
      fs.ftruncateSync(PACKETS_FD, whole + part.bytes);
      leave({ status: EXIT.io, reason: reasonOf(error), gone: null });
    }
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
      for (const device of devices) device.drain();
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
    if (synced) sync(PACKETS_FD);
    say({ type: 'counts', captured, counts: countsOf(), synced });
  };
  let sinceLook = 0;
  const onFrame = (index: number): void => {
    adding = 1;
    writer.addFrame(index);
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
    tellFiltered();
    if (!requests.look()) deadline = Math.min(deadline, now + WATCH_MS);
  };
  /** Filters that hold, while packets from before them may wait in the kernel. */
  const settling: { readonly isOut: () => boolean; readonly until: number }[] = [];
  const tellFiltered = (): void => {
    while (settling.length > 0 && (settling[0]!.isOut() || clock.monotonic() > settling[0]!.until)) {
      settling.shift();
      writer.flush();
      say({ type: 'filtered', refusal: null });
    }
  };
  const refilter = (bpf: string): void => {
    const refusal = changing?.change(bpf) ?? null;
    if (refusal !== null) {
      say({ type: 'filtered', refusal });
      return;
    }
    settling.push({ isOut: outOf(devices), until: clock.monotonic() + order.gatherMs + GRACE_MS });
    const drain = (): void => {
      for (const device of devices) device.drain();
      tellFiltered();
      if (settling.length > 0) clock.after(LAST_MS, drain);
    };
    clock.after(LAST_MS, drain);
  };
  const requests = new RequestLines({ sync: () => tellCounts(true), refilter });

  try {
    for (const name of order.devices) checkFilter(native, order.bpf, name === 'any' ? LINUX_SLL : ETHERNET);
  } catch (error) {
    fail(EXIT.usage, `--bpf "${order.bpf}": ${messageOf(error)}`, 'man 7 pcap-filter');
    return;
  }
  const filters = order.refilters ? openFilters(order) : null;
  for (const [index, name] of order.devices.entries()) {
    try {
      const first: FirstFilter | null =
        filters === null ? null : { program: filters[index]!.compile(order.bpf), now: clock.now };
      devices.push(new PcapDevice(native, name, order, writer, () => onFrame(index), first));
    } catch (error) {
      failToOpen(order, name, messageOf(error));
      return;
    }
  }
  const changing = filters === null ? null : new ChangingFilter(filters, devices, order);
  // libpcap gives up an interface that is down when its name is gone, though packets come once it is up under another
  const isThere = new Map(order.system === 'linux' ? order.devices.map((name) => [name, followIndex(name)]) : []);
  // from here on nothing is privileged, and what was not opened above cannot be
  const refusal = enterSandbox(order);
  if (refusal !== null) {
    fail(EXIT.noPermission, refusal.message, refusal.hint);
    return;
  }
  const linkTypes = devices.map(({ linkType }) => linkType);
  if (order.continues === null || order.format === 'pcapng') writer.begin(devices, order.snapLength);
  else if (order.continues[0] !== linkTypes[0]) {
    const reason = `${order.devices[0]} has link type ${linkTypes[0]} now, and the file holds packets of ${order.continues[0]}`;
    leave({ status: EXIT.unavailable, reason, gone: null });
  }
  writer.flush();
  say({ type: 'ready', linkTypes, refilters: changing !== null });

  const stop = (): void => finish(ASKED);
  process.stdin.on('end', stop).on('error', stop);
  process.stdin.on('data', (bytes: Buffer) => requests.take(bytes));
  for (const device of devices) device.start(() => writer.flush());
  const lost = new Set<PcapDevice>();
  const lose = (device: PcapDevice): void => {
    lost.add(device);
    if (order.outlives && lost.size < devices.length) say({ type: 'gone', device: device.name });
    else finish(goneOf(device.name));
  };
  const untold = new Set<PcapDevice>();
  every(clock, WATCH_MS, () => {
    for (const device of devices) {
      if (device.drainUntold() && !untold.has(device)) {
        untold.add(device);
        every(clock, UNTOLD_MS, () => {
          device.drain();
          writer.flush();
        });
      }
      writer.flush();
      if (device.hasFailed && !lost.has(device) && !isThere.get(device.name)?.()) lose(device);
    }
  });
  every(clock, COUNTS_MS, () => tellCounts());
}

/** Whether what the kernel holds now has been handed out. */
function outOf(devices: readonly PcapDevice[]): () => boolean {
  const wanted = devices.map((device) => device.taken + (device.left() ?? Number.POSITIVE_INFINITY));
  return () => devices.every(({ taken }, index) => taken >= wanted[index]!);
}

const goneOf = (name: string): Ending => ({
  status: EXIT.unavailable,
  reason: `interface ${name} is gone`,
  gone: name,
});

function load(): ReturnType<typeof loadPcap> | null {
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

/** libpcap's words tell which it is: permission, a device that is not there, or another reason. */
function failToOpen({ system, grant }: SensorOrder, name: string, message: string): void {
  const words = message.replace(/\s+/g, ' ').trim();
  if (/permission|not permitted|CAP_NET_RAW/i.test(words)) {
    const obstacle = system === 'linux' ? obstacleOf(fs.readFileSync('/proc/self/status', 'utf8')) : null;
    fail(EXIT.noPermission, `capturing on ${name} needs CAP_NET_RAW: ${obstacle ?? words}`, grant);
  } else if (/no such device/i.test(words)) fail(EXIT.noInput, `no interface "${name}"`, 'netwatch ifaces');
  else fail(EXIT.unavailable, `${name} cannot be captured from: ${words}`, null);
}

/** A pipe cannot be, and need not. */
function sync(fd: number): void {
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  }
}

/** Writes as much as possible; 0 while the reader is slow. Throws as fs.writeSync does. */
function writeSome(fd: number, bytes: Uint8Array, at: number): number {
  try {
    return fs.writeSync(fd, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

/** Messages are of no use when nobody is there to read them. */
function say(message: SensorMessage): void {
  try {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSome(MESSAGES_FD, bytes, at);
  } catch {
    process.exit(0);
  }
}

function fail(status: ExitStatus, message: string, hint: string | null): void {
  say({ type: 'failed', status, message, hint });
}

run(JSON.parse(process.argv[2]!) as SensorOrder, realClock);
