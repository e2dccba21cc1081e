import type { Host } from '../../core/system/host.ts';
import { completeLines } from './columns.ts';
import { parseMac } from './mac-address.ts';
import { parseZonedAddress } from './zoned-address.ts';

/** An interface as ifconfig describes it. */
export interface IfconfigInterface {
  readonly name: string;
  readonly index: number;
  /** In lower case. */
  readonly flags: readonly string[];
  /** Largest packet in bytes. */
  readonly mtu: number | null;
  readonly mac: string | null;
  /** Addresses with prefix length. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Hardware, where ifconfig knows it: Ethernet, Wi-Fi, USB Ethernet ... */
  readonly type: string | null;
  /** Whether there is a link; null where that means nothing. */
  readonly active: boolean | null;
  readonly speedMbps: number | null;
  readonly duplex: 'full' | 'half' | null;
  /** Interfaces that make up a bridge or a bond. */
  readonly members: readonly string[];
  /** The interface a VLAN is on, or the other end of a pair. */
  readonly parent: string | null;
  readonly description: string | null;
}

type Draft = { -readonly [K in keyof IfconfigInterface]: IfconfigInterface[K] } & {
  ipv4: string[];
  ipv6: string[];
  members: string[];
};

/** Every interface; -v adds index, hardware and link rate. Throws Failure 69. */
export async function readIfconfig(host: Host): Promise<IfconfigInterface[]> {
  return parseIfconfig(await host.run('ifconfig', ['-av']));
}

/** The output of `ifconfig -av` (status in ifconfig's ifconfig.c and the status functions beside it). */
export function parseIfconfig(text: string): IfconfigInterface[] {
  const interfaces: Draft[] = [];
  let current: Draft | undefined;
  for (const line of completeLines(text)) {
    if (!/^\s/.test(line)) {
      current = parseHeading(line) ?? undefined;
      if (current !== undefined) interfaces.push(current);
    } else if (current !== undefined) {
      readDetail(current, line.trim());
    }
  }
  return interfaces;
}

function parseHeading(line: string): Draft | null {
  const match = /^(\S+): flags=[0-9a-f]+<([^>]*)>(.*)$/.exec(line);
  const index = /\bindex ([0-9]{1,9})\b/.exec(match?.[3] ?? '');
  if (match === null || index === null) return null;
  const mtu = /\bmtu ([0-9]{1,9})\b/.exec(match[3]!);
  return {
    name: match[1]!,
    index: Number(index[1]),
    flags: match[2] === '' ? [] : match[2]!.toLowerCase().split(','),
    mtu: mtu === null ? null : Number(mtu[1]),
    mac: null,
    ipv4: [],
    ipv6: [],
    type: null,
    active: null,
    speedMbps: null,
    duplex: null,
    members: [],
    parent: null,
    description: null,
  };
}

function readDetail(current: Draft, line: string): void {
  const [word = '', next = ''] = line.split(' ', 2);
  if (word === 'inet') pushIfAny(current.ipv4, parseIpv4Line(line));
  else if (word === 'inet6') pushIfAny(current.ipv6, parseIpv6Line(line));
  else if (word === 'ether') current.mac = parseMac(next);
  else if (word === 'media:') readMedia(current, line);
  else if (word === 'status:') current.active = next === 'active';
  else if (word === 'member:') current.members.push(next);
  else if (word === 'peer:') current.parent = nameOf(next);
  else if (word === 'vlan:') current.parent = nameOf(/ parent interface: (\S+)/.exec(line)?.[1]);
  else if (word === 'type:') current.type = line.slice(6);
  else if (word === 'desc:') current.description = line.slice(6);
  else if (line.startsWith('bond interfaces: ')) current.members.push(...line.slice(17).split(' ').filter(nameOf));
  else if (line.startsWith('link rate: ') || line.startsWith('uplink rate: ')) current.speedMbps ??= parseRate(line);
}

function pushIfAny(list: string[], text: string | null): void {
  if (text !== null) list.push(text);
}

/** A name, or null for the `<none>` of a VLAN or pair that is not joined yet. */
function nameOf(text: string | undefined): string | null {
  return text === undefined || text === '' || text.startsWith('<') ? null : text;
}

function parseIpv4Line(line: string): string | null {
  const match = /^inet (\S+) .*?netmask 0x([0-9a-f]{1,8})\b/.exec(line);
  const address = match === null ? null : parseZonedAddress(match[1]!);
  if (match === null || address === null) return null;
  return `${address.addr}/${Math.clz32(~Number.parseInt(match[2]!, 16))}`;
}

function parseIpv6Line(line: string): string | null {
  const match = /^inet6 (\S+) .*?prefixlen ([0-9]{1,3})\b/.exec(line);
  const address = match === null ? null : parseZonedAddress(match[1]!);
  return match === null || address === null ? null : `${address.addr}/${match[2]}`;
}

/** `autoselect (1000baseT <full-duplex,flow-control>)`: the part in brackets is what was negotiated. */
function readMedia(current: Draft, line: string): void {
  const media = /\((.*)\)$/.exec(line)?.[1] ?? line;
  const speed = /\b([0-9]+(?:\.[0-9]+)?)(G?)base/i.exec(media);
  if (speed !== null) current.speedMbps = Number(speed[1]) * (speed[2] === '' ? 1 : 1000);
  const duplex = /\b(full|half)-duplex\b/.exec(media);
  if (duplex !== null) current.duplex = duplex[1] as 'full' | 'half';
}

const RATE_UNITS = { G: 1000, M: 1, K: 0.001 } as const;

/** The last figure of `uplink rate: 88.31 Mbps [eff] / 146.08 Mbps`, the highest the link can do, in Mbit/s. */
function parseRate(line: string): number | null {
  const match = /([0-9]+\.[0-9]+) +([GMK])bps(?: \[max\])?$/.exec(line);
  return match === null ? null : Math.round(Number(match[1]) * RATE_UNITS[match[2] as 'G' | 'M' | 'K'] * 100) / 100;
}
