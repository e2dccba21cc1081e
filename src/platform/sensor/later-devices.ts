import { messageOf } from '../../core/failure.ts';
import { askInterfaces, type InterfaceQuestions } from '../linux/interface-index.ts';
import { bePromiscuous, bindPacketSocket, ETH_P_ALL } from '../linux/packet-socket.ts';
import type { ChangingFilter } from './changing-filter.ts';
import { FrameBlocks } from './frame-blocks.ts';
import type { FrameWriter } from './frame-writer.ts';
import { compilerOfRaw, type FilterCompiler, KernelFilter, UNUSED_PROTOCOL } from './kernel-filter.ts';
import type { SensorOrder } from './messages.ts';
import type { OnFrame } from './open-devices.ts';
import { PcapDevice } from './pcap-device.ts';
import { type Native, PcapTap } from './pcap-tap.ts';

const ETHERNET = 1;
const RAW = 101;
/** ARPHRD_*: Ethernet and the loopback, whose packets begin with an Ethernet header. */
const ETHERNET_HARDWARE: ReadonlySet<number> = new Set([1, 772]);
/** RAWIP, TUNNEL, TUNNEL6, SIT and NONE (tun, WireGuard): those begin with the IP header. */
const RAW_HARDWARE: ReadonlySet<number> = new Set([519, 768, 769, 776, 0xfffe]);
/** A part of the usual buffer: 16 of the longest packets, each a block that the kernel hands over. */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Names that were captured; more are refused, as the capture keeps each. */
const MOST_NAMES = 1024;

/**
 * Captures from interfaces that come while it runs. To open a packet socket takes a privilege, to bind one to another
 * interface takes none: so some are opened while that may be, for a protocol that nothing has, which costs nothing for a
 * packet. Those of interfaces that have disappeared are used again.
 */
export class LaterDevices {
  private readonly free: PcapTap[];
  private readonly order: SensorOrder;
  private readonly writer: FrameBlocks;
  private readonly devices: PcapDevice[];
  private readonly changing: ChangingFilter;
  private readonly ethernet: KernelFilter | null;
  private readonly interfaces: InterfaceQuestions;
  private readonly onFrame: OnFrame;

  private constructor(
    free: PcapTap[],
    order: SensorOrder,
    writer: FrameBlocks,
    devices: PcapDevice[],
    changing: ChangingFilter,
    ethernet: KernelFilter | null,
    interfaces: InterfaceQuestions,
    onFrame: OnFrame,
  ) {
    this.free = free;
    this.order = order;
    this.writer = writer;
    this.devices = devices;
    this.changing = changing;
    this.ethernet = ethernet;
    this.interfaces = interfaces;
    this.onFrame = onFrame;
  }

  /** While it may. `devices` will be longer by those that come. Null where they are not wanted, or cannot be captured. */
  static open(
    native: Native,
    order: SensorOrder,
    writer: FrameWriter,
    devices: PcapDevice[],
    changing: ChangingFilter,
    onFrame: OnFrame,
  ): LaterDevices | null {
    const interfaces = askInterfaces();
    if (order.later === null || interfaces === null || !(writer instanceof FrameBlocks)) return null;
    const pattern = devices.find(({ linkType, name }) => linkType === ETHERNET && name !== 'any')?.name ?? null;
    let ethernet: KernelFilter | null = null;
    const free: PcapTap[] = [];
    if (pattern !== null) {
      const spare = { ...order, bufferBytes: Math.min(order.bufferBytes, BUFFER_BYTES), promiscuous: false };
      try {
        ethernet = new KernelFilter(pattern, order.snapLength);
        while (free.length < order.later) {
          const tap = new PcapTap(native, pattern, spare, writer, true);
          const index = interfaces.indexOf(pattern);
          if (index === null || !bindPacketSocket(tap.socket, index, UNUSED_PROTOCOL)) break;
          free.push(tap);
        }
      } catch {
        // there are fewer then, and it is said of the interface that has none
      }
    }
    return new LaterDevices(free, order, writer, devices, changing, ethernet, interfaces, onFrame);
  }

  /** Captures from the interface of an index; returns why it cannot. */
  follow(index: number): PcapDevice | string {
    const bytes = this.interfaces.nameOf(index);
    const hardware = this.interfaces.hardwareOf(index);
    if (bytes === null || hardware === null) return 'it is gone';
    const name = bytes.toString('utf8');
    if (this.order.later === 0 && !this.order.devices.includes(name)) return 'it was not asked for';
    const linkType = ETHERNET_HARDWARE.has(hardware) ? ETHERNET : RAW_HARDWARE.has(hardware) ? RAW : null;
    if (linkType === null) return 'netwatch does not capture later what is neither Ethernet nor IP';
    const before = this.devices.findIndex((device) => device.name === name && device.linkType === linkType);
    if (before >= 0 && !this.devices[before]!.isReleased) return 'the one before it has just gone';
    if (before < 0 && this.devices.length >= MOST_NAMES) return `${MOST_NAMES} interfaces were captured before`;
    const [tap] = this.free;
    if (tap === undefined) return 'no socket is left for it';
    try {
      return this.bind(tap, { index, name, linkType, before });
    } catch (error) {
      return messageOf(error);
    }
  }

  private bind(
    tap: PcapTap,
    { index, name, linkType, before }: { index: number; name: string; linkType: number; before: number },
  ): PcapDevice | string {
    const filter: FilterCompiler | null =
      linkType === RAW ? compilerOfRaw(name, this.order.snapLength) : (this.ethernet?.forDevice(name) ?? null);
    if (filter === null) return 'no interface of its kind was there at the start';
    tap.drain();
    const earlier = { tap: tap.stats(), name: this.devices[before]?.counts() ?? null };
    tap.attach(this.changing.programFor(filter));
    if (!bindPacketSocket(tap.socket, index, ETH_P_ALL)) return 'it is gone';
    if (this.order.promiscuous) bePromiscuous(tap.socket, index);
    this.free.shift();
    const number = before < 0 ? this.devices.length : before;
    const isThere = (): boolean => this.interfaces.nameOf(index) !== null;
    const device = new PcapDevice(tap, name, linkType, isThere, (ring) => this.onFrame(number, ring), earlier);
    if (before < 0) this.writer.addInterface(name, linkType, this.order.snapLength);
    this.devices[number] = device;
    this.changing.add({ device, filter });
    return device;
  }

  /** Takes back the sockets of interfaces that have disappeared. */
  release(lost: Iterable<PcapDevice>): void {
    for (const device of lost) {
      if (device.isReleased) continue;
      device.release();
      // those that are cooked have no link-layer header
      if (device.tap.linkType === ETHERNET || device.tap.linkType === RAW) this.free.push(device.tap);
    }
    // what came before they were bound elsewhere is nobody's
    for (const tap of this.free) tap.drain();
  }
}
