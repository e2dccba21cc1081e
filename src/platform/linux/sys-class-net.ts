import { EXIT, Failure, messageOf } from '../../core/failure.ts';
import type { Host } from '../../core/system/host.ts';
import type { InterfaceReading } from '../../core/system/platform.ts';
import { flagNames, IFF_LOWER_UP, IFF_RUNNING, IFF_UP } from './interface-flags.ts';
import { interfaceKind } from './interface-kind.ts';
import { OPER_STATES } from './rtnetlink-link.ts';

/** A folder for each interface (Documentation/ABI/testing/sysfs-class-net). */
const FOLDER = '/sys/class/net';
const ARPHRD_ETHER = 1;
const TUN_FLAG_TAP = 0x2;
/** Texts of 6, 8 and 20 bytes: Ethernet, FireWire and InfiniBand. */
const MAC_LENGTHS: ReadonlySet<number> = new Set([17, 23, 59]);

/**
 * Every interface below /sys/class/net, by index; a file that is absent or makes no sense leaves its field null.
 * Addresses and default routes are not there and left empty. Throws Failure 69 without the folder.
 */
export function readSysClassNet(host: Host): InterfaceReading[] {
  const places: Place[] = [];
  for (const name of listInterfaces(host)) {
    const index = readNumber(host, name, 'ifindex');
    // bonding_masters is a file among the folders
    if (index !== null) places.push({ name, index, below: readNumber(host, name, 'iflink') ?? index });
  }
  places.sort((a, b) => a.index - b.index);
  return places.map((place) => readInterface(host, place, places));
}

function listInterfaces(host: Host): string[] {
  try {
    return host.list(FOLDER);
  } catch (error) {
    throw new Failure(EXIT.unavailable, `interfaces cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The interface of this index in our own namespace, or null. */
export function readInterfaceName(host: Host, index: number): string | null {
  try {
    return host.list(FOLDER).find((name) => readNumber(host, name, 'ifindex') === index) ?? null;
  } catch {
    return null;
  }
}

/** Whether the interface is a radio: only its driver's entries in sysfs say so. */
export function isWireless(host: Host, name: string): boolean {
  return hasRadio(entriesOf(host, name));
}

interface Place {
  readonly name: string;
  readonly index: number;
  /** Index of the interface below or of a veth peer, perhaps in another namespace; its own where there is none. */
  readonly below: number;
}

function readInterface(host: Host, place: Place, places: readonly Place[]): InterfaceReading {
  const { name, index } = place;
  const entries = entriesOf(host, name);
  const number = (file: string): number | null => readNumber(host, name, file);
  const text = (file: string): string | null => readWord(host, name, file);
  const hardwareType = number('type');
  const state = oneOf(text('operstate'), OPER_STATES) ?? 'unknown';
  const speed = number('speed');
  const mac = text('address');
  return {
    name,
    index,
    kind: interfaceKind({
      hardwareType,
      driver: driverOf(place, entries, text('uevent'), hardwareType),
      tap: ((number('tun_flags') ?? 0) & TUN_FLAG_TAP) !== 0,
      wireless: hasRadio(entries),
    }),
    state,
    ipv4: [],
    ipv6: [],
    mac: mac !== null && MAC_LENGTHS.has(mac.length) && /^[0-9a-f:]+$/.test(mac) ? mac : null,
    mtu: number('mtu'),
    speed_mbps: speed === 0 || speed === 65535 ? null : speed,
    duplex: oneOf(text('duplex'), ['full', 'half'] as const),
    rx_bytes: number('statistics/rx_bytes'),
    tx_bytes: number('statistics/tx_bytes'),
    rx_packets: number('statistics/rx_packets'),
    tx_packets: number('statistics/tx_packets'),
    rx_errors: number('statistics/rx_errors'),
    tx_errors: number('statistics/tx_errors'),
    rx_dropped: number('statistics/rx_dropped'),
    tx_dropped: number('statistics/tx_dropped'),
    collisions: number('statistics/collisions'),
    multicast: number('statistics/multicast'),
    flags: flagNames(liveFlags(number('flags') ?? 0, state, number('carrier'))),
    master: host.linkIfAny(`${FOLDER}/${name}/master`)?.split('/').at(-1) || null,
    parent: parentOf(place, places, entries),
    alias: text('ifalias'),
    default_route: null,
  };
}

function entriesOf(host: Host, name: string): readonly string[] {
  try {
    return host.list(`${FOLDER}/${name}`);
  } catch {
    return [];
  }
}

function readWord(host: Host, name: string, file: string): string | null {
  return host.readIfAny(`${FOLDER}/${name}/${file}`)?.trim() || null;
}

/** A count, decimal or hexadecimal; -1 is sysfs for unknown. */
function readNumber(host: Host, name: string, file: string): number | null {
  const word = readWord(host, name, file);
  return word !== null && /^(\d{1,20}|0x[0-9a-f]{1,8})$/.test(word) ? Number(word) : null;
}

function oneOf<const V extends string>(word: string | null, values: readonly V[]): V | null {
  return values.find((value) => value === word) ?? null;
}

function hasRadio(entries: readonly string[]): boolean {
  return entries.includes('phy80211') || entries.includes('wireless');
}

/** The driver kind that rtnetlink would give, from the traces that the drivers leave in sysfs. */
function driverOf(
  place: Place,
  entries: readonly string[],
  uevent: string | null,
  hardwareType: number | null,
): string | null {
  if (entries.includes('bridge')) return 'bridge';
  if (entries.includes('bonding')) return 'bond';
  if (entries.includes('tun_flags')) return 'tun';
  const devtype = /^DEVTYPE=(\S+)$/m.exec(uevent ?? '')?.[1];
  if (devtype !== undefined) return devtype;
  if (hardwareType !== ARPHRD_ETHER || entries.includes('device')) return null;
  // software without a name of its own: only a veth points at another interface
  return place.below === place.index ? 'unknown' : 'veth';
}

/** sysfs leaves out the flags that the kernel computes when asked (dev_get_flags, net/core/dev.c). */
function liveFlags(flags: number, state: InterfaceReading['state'], carrier: number | null): number {
  if ((flags & IFF_UP) === 0) return flags;
  const running = state === 'up' || state === 'unknown' ? IFF_RUNNING : 0;
  return flags | running | (carrier === 1 ? IFF_LOWER_UP : 0);
}

/** `iflink` may count in another namespace: believed when there is a lower_NAME link, or the other points back. */
function parentOf(place: Place, places: readonly Place[], entries: readonly string[]): string | null {
  const other = place.below === place.index ? undefined : places.find(({ index }) => index === place.below);
  if (other === undefined) return null;
  return entries.includes(`lower_${other.name}`) || other.below === place.index ? other.name : null;
}
