import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ByteSource } from '../../core/capture/byte-source.ts';
import { EXIT, Failure } from '../../core/failure.ts';
import { type Clock, every } from '../../core/system/clock.ts';
import {
  type CaptureOrder,
  type DeviceCounts,
  type InterfaceId,
  type Sensor,
  SensorCut,
  SensorDied,
  type SensorEvents,
} from '../../core/system/sensor.ts';
import { isStopped } from '../linux/process-state.ts';
import { NO_INSPECTOR } from '../machine/no-inspector.ts';
import { InterfaceWatch } from './interface-watch.ts';
import { MESSAGES_FD, PACKETS_FD, type SensorMessage, type SensorOrder } from './messages.ts';
import { followLine, RECOUNT_LINE, refilterLine } from './request-lines.ts';

/** The captured interface has disappeared. */
export class InterfaceGone extends Failure {
  readonly device: string;

  constructor(device: string) {
    super(EXIT.unavailable, `interface ${device} is gone`);
    this.device = device;
  }
}

/**
 * Starts to capture in a separate process, into a pipe, into the file that is open as `fd`, or into a series. Rejects with a Failure:
 * 64 for a wrong filter, 66 when there is no such interface, 69 without libpcap, 77 when it is not permitted. `events`
 * is called with what happens meanwhile.
 */
export async function openSensor(
  order: SensorOrder,
  { fd, series }: Pick<CaptureOrder, 'fd' | 'series'>,
  clock: Clock,
  events: SensorEvents,
): Promise<Sensor> {
  const entry = fileURLToPath(new URL('./sensor.js', import.meta.url));
  // not execa, which is for tools that end: this one talks over pipes of its own until it is told to stop
  const child = spawn(order.node, [...NO_INSPECTOR, entry, JSON.stringify(order)], {
    stdio: ['pipe', 'ignore', 'pipe', series?.receiver ?? fd ?? 'pipe', 'pipe'],
    env: {},
  });
  const stop = (): void => {
    child.stdin!.end();
    child.kill('SIGCONT'); // one that was stopped could not finish
  };
  child.stdin!.on('error', () => {}); // it may have ended by itself
  const complaint = gather(child.stderr!);
  let counts: readonly DeviceCounts[] = [];
  let captured = 0;
  let last: SensorMessage | null = null;
  const syncing: ((captured: number) => void)[] = [];
  const recounting: (() => void)[] = [];
  const filtering: ((refusal: string | null) => void)[] = [];
  const following = new Map<number, (refusal: string | null) => void>();
  /** Both this process and the sensor see that an interface has disappeared. */
  let lose: (device: string) => void = () => {};
  const begun = new Promise<SensorMessage | null>((resolve) => {
    const lines = createInterface({ input: child.stdio[MESSAGES_FD] as Readable });
    lines.on('line', (line) => {
      const message = JSON.parse(line) as SensorMessage;
      if (message.type === 'counts' || message.type === 'ended') {
        ({ counts, captured } = message);
        for (const recounted of recounting.splice(0)) recounted();
      }
      if (message.type === 'ended' || (message.type === 'counts' && message.synced)) {
        for (const synced of syncing.splice(0)) synced(captured);
      }
      if (message.type === 'turn') return void series?.next();
      if (message.type === 'gone') return lose(message.device);
      if (message.type === 'following') return following.get(message.index)?.(message.refusal);
      if (message.type === 'filtered') return filtering.shift()?.(message.refusal);
      last = message;
      resolve(message);
    });
    lines.on('close', () => resolve(null));
  });
  const exit = exitOf(child);
  const first = await begun;
  if (first === null) throw exitFailure(await exit, complaint());
  if (first.type === 'failed') throw new Failure(first.status, first.message, { hint: first.hint });

  let gone: string | null = null;
  const lacking = first.type === 'ready' ? first.lacking : [];
  const isLacking = new Set(lacking.map(({ device }) => device));
  const there = new Set(order.devices.filter((device) => !isLacking.has(device)));
  lose = (device) => {
    if (!there.delete(device)) return;
    if (order.outlives && there.size > 0) return events.changed(device, { change: 'gone' });
    gone = device;
    stop();
  };
  const watch = watchCapture(order.system, [...there], child.pid!, clock, {
    ...events,
    changed: (device, change) => (change.change === 'gone' ? lose(device) : events.changed(device, change)),
  });
  let isOver = false;
  const ended = exit.then((status) => {
    isOver = true;
    watch.end();
    for (const synced of syncing.splice(0)) synced(captured);
    for (const recounted of recounting.splice(0)) recounted();
    for (const filtered of filtering.splice(0)) filtered(ENDED);
    for (const followed of following.values()) followed(ENDED);
    if (last?.type !== 'ended') throw exitFailure(status, complaint());
    gone ??= last.gone;
    if (gone !== null) throw new InterfaceGone(gone);
    if (last.reason === null) return;
    if (last.status === EXIT.io) throw new SensorCut(last.reason, captured, last.lost);
    throw new Failure(last.status, last.reason);
  });
  ended.catch(() => {}); // those who await it get the error
  const isPiped = fd === null && series === null;
  const source = isPiped ? sourceOf(child.stdio[PACKETS_FD] as Readable, order.devices.join(','), stop) : NOTHING;
  const linkTypes = first.type === 'ready' ? first.linkTypes : [];
  const sync = (): Promise<number> =>
    new Promise((resolve) => {
      if (isOver) return resolve(captured);
      syncing.push(resolve);
      child.stdin!.write('\n');
    });
  const recount = (): Promise<void> =>
    new Promise((resolve) => {
      if (isOver) return resolve();
      recounting.push(resolve);
      child.stdin!.write(RECOUNT_LINE);
    });
  const refilter = async (bpf: string): Promise<void> => {
    if (isOver) throw new Failure(EXIT.unavailable, ENDED);
    const refusal = await new Promise<string | null>((resolve) => {
      filtering.push(resolve);
      child.stdin!.write(refilterLine(bpf));
    });
    if (refusal === ENDED) throw new Failure(EXIT.unavailable, ENDED);
    if (refusal !== null) throw new Failure(EXIT.usage, `--bpf "${bpf}": ${refusal}`, { hint: 'man 7 pcap-filter' });
  };
  const follow = async ({ index, name }: InterfaceId): Promise<string | null> => {
    if (isOver) return ENDED;
    const refusal = await new Promise<string | null>((resolve) => {
      following.set(index, (answer) => {
        following.delete(index);
        // before what is told of it next
        if (answer === null) there.add(name);
        resolve(answer);
      });
      child.stdin!.write(followLine(index));
    });
    if (refusal === null) watch.add(name);
    return refusal;
  };
  return {
    linkTypes,
    source,
    counts: () => counts,
    captured: () => captured,
    stop,
    recount,
    sync,
    refilter: first.type === 'ready' && first.refilters ? refilter : null,
    lacking,
    follow: first.type === 'ready' && first.follows ? follow : null,
    ended,
  };
}

const ENDED = 'the capture has ended';
const WATCH_MS = 200;

/** What follows the sensor and the interfaces, until it ends. */
export interface CaptureWatch {
  /** Another interface, or another of the same name. */
  add(device: string): void;
  end(): void;
}

/** Follows the sensor and the interfaces from this process, because the sensor may no longer read about them. */
export function watchCapture(
  system: SensorOrder['system'],
  devices: readonly string[],
  pid: number,
  clock: Clock,
  { changed, stopped }: SensorEvents,
): CaptureWatch {
  if (system !== 'linux') return { add() {}, end() {} };
  const watches = new Map(devices.map((device) => [device, new InterfaceWatch(device)]));
  let seen = 0;
  const end = every(clock, WATCH_MS, () => {
    for (const [device, watch] of watches) {
      for (const change of watch.look(clock.monotonic())) changed(device, change);
    }
    if (isStopped(pid)) {
      // Ctrl-Z and fg reach both, and not at the same time
      if (++seen === 2) stopped(pid, true);
    } else {
      if (seen >= 2) stopped(pid, false);
      seen = 0;
    }
  });
  return { add: (device) => void watches.set(device, new InterfaceWatch(device)), end };
}

const NOTHING: ByteSource = { name: 'nothing', size: 0, read: async () => 0, close: async () => {} };

/** The output of a capturing process, which is asked to stop when nobody wants more. */
export function sourceOf(stream: Readable, name: string, stop: () => void): ByteSource {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    name,
    size: null,
    async read(into, offset, length) {
      while (rest.length === 0) {
        const { value, done } = await chunks.next();
        if (done === true) return 0;
        rest = value;
      }
      const part = rest.subarray(0, length);
      into.set(part, offset);
      rest = rest.subarray(part.length);
      return part.length;
    },
    async close() {
      stop();
      // what is still to come is taken, or the sensor would wait for room and never count
      while ((await chunks.next()).done !== true);
    },
  };
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    // `close` comes when its messages have been read too
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

export function exitFailure({ code, signal }: Exit, complaint: string): Failure {
  const how = signal !== null ? `was ended by ${signal}` : `ended with status ${code}`;
  const why = complaint === '' ? '' : `: ${complaint}`;
  return new SensorDied(EXIT.unavailable, `the capturing process ${how}${why}`, { hint: 'netwatch doctor' });
}

const LONGEST_COMPLAINT = 2000;

/** Collects what a stream says, up to the length of a message. */
function gather(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    if (text.length < LONGEST_COMPLAINT) text += chunk.toString('latin1');
  });
  return () => text.trim().split('\n').at(-1)!.slice(0, LONGEST_COMPLAINT);
}
