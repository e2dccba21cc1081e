import { messageOf } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { LackingDevice } from '../../core/system/sensor.ts';
import { followIndex } from '../linux/interface-index.ts';
import { ChangingFilter, type FilteredDevice, loadNames } from './changing-filter.ts';
import { KernelFilter } from './kernel-filter.ts';
import type { SensorOrder } from './messages.ts';
import type { RingFrame } from './packet-ring.ts';
import { PcapDevice } from './pcap-device.ts';
import { ANY, type FrameBuffers, type Native, PcapTap } from './pcap-tap.ts';

/** Is called for each packet with the number of its device: it is where the ring says, or in the buffers without one. */
export type OnFrame = (index: number, ring: RingFrame | null) => void;

/** The devices that were opened, and those that were not, without which it goes on. */
export interface OpenedDevices {
  readonly devices: PcapDevice[];
  /** Their filter, when it is attached here and so may be another one later; else null. */
  readonly changing: ChangingFilter | null;
  readonly lacking: readonly LackingDevice[];
}

/** A device that could not be opened, and must be; with what libpcap says. */
export class NotOpened extends Error {
  readonly device: string;

  constructor(device: string, error: unknown) {
    super(messageOf(error));
    this.device = device;
  }
}

/** Opens the devices of an order, or tells of the first one that it cannot do without. `onFrame` is given their numbers. */
export function openDevices(
  native: Native,
  order: SensorOrder,
  into: FrameBuffers,
  onFrame: OnFrame,
  clock: Clock,
): OpenedDevices | NotOpened {
  const isLinux = order.system === 'linux';
  const opened = openTaps(native, order, into, isLinux && attachesFilter(order));
  if (opened instanceof NotOpened) return opened;
  const filtered: FilteredDevice[] = [];
  const devices = opened.taps.map(({ tap, filter }, index) => {
    // libpcap gives up an interface that is down when its name is gone, though packets come once it is up under another
    const follow = isLinux ? followIndex(tap.name) : null;
    const isThere = (): boolean => !tap.mayBeGone || (follow?.() ?? false);
    const device = new PcapDevice(tap, tap.name, tap.linkType, isThere, (ring) => onFrame(index, ring));
    if (filter !== null) {
      device.beginFiltered(filter.compile(order.bpf), clock.now);
      filtered.push({ device, filter });
    }
    return device;
  });
  const changing = filtered.length === devices.length ? new ChangingFilter(filtered, order.bpf) : null;
  return { devices, changing, lacking: opened.lacking };
}

/**
 * Whether the filter is attached here and not by libpcap: it may be another one later, or packets are taken from the ring,
 * where libpcap would filter by itself what came before its filter held.
 */
function attachesFilter({ refilters, later, bpf, packetBuffered, devices }: SensorOrder): boolean {
  if (refilters || later !== null) return true;
  return bpf !== '' && !packetBuffered && !devices.includes(ANY);
}

interface Taps {
  readonly taps: readonly { readonly tap: PcapTap; readonly filter: KernelFilter | null }[];
  readonly lacking: readonly LackingDevice[];
}

/** Each device, and a second time for its filter when that is attached here, where this machine can. */
function openTaps(native: Native, order: SensorOrder, into: FrameBuffers, refilters: boolean): Taps | NotOpened {
  const taps: { readonly tap: PcapTap; readonly filter: KernelFilter | null }[] = [];
  const lacking: LackingDevice[] = [];
  let first: NotOpened | null = null;
  const filters = refilters ? openFilters(order) : null;
  for (const name of order.devices) {
    const filter = filters?.get(name) ?? null;
    try {
      taps.push({ tap: new PcapTap(native, name, order, into, filter !== null), filter });
    } catch (error) {
      first ??= new NotOpened(name, error);
      if (!order.mayLack) return first;
      lacking.push({ device: name, why: first.message });
    }
  }
  return taps.length === 0 && first !== null ? first : { taps, lacking };
}

/** The filters of the devices that can be opened; null where this machine cannot attach them. */
function openFilters({
  devices,
  snapLength,
  bpf,
  mayLack,
  refilters,
  later,
}: SensorOrder): ReadonlyMap<string, KernelFilter> | null {
  const filters = new Map<string, KernelFilter>();
  for (const name of devices) {
    try {
      const filter = new KernelFilter(name, snapLength);
      filter.compile(bpf);
      filters.set(name, filter);
    } catch {
      if (!mayLack) return null;
    }
  }
  const [one] = filters.values();
  if (one === undefined) return null;
  // those of filters that come later
  if (refilters || later !== null) loadNames(one);
  return filters;
}
