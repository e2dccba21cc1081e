import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatIpv4, formatIpv6 } from '../../net/ip-address.ts';
import { arp } from '../../wire/arp.ts';
import { i32, u16, u24 } from '../../wire/bytes.ts';
import { icmpv6 } from '../../wire/icmpv6.ts';
import { formatMac } from '../../wire/mac-address.ts';
import type { Packet } from '../../wire/packet.ts';
import { AddressClaims } from '../address-claims.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

const ARP_SIZE = 28;
const REQUEST = 1;
const REPLY = 2;
/** Type, code, checksum, flags (4), target (16), then options of eight bytes and more (RFC 4861, 4.4). */
const NEIGHBOR_ADVERTISEMENT = 136;
const ADVERTISEMENT_SIZE = 24;
const OVERRIDE = 0x20;
const TARGET_LINK_LAYER = 2;
/** Cards with more addresses answer for others. */
const PROXY_ADDRESSES = 5;

/** Looks for addresses that two network cards claim. */
export const arpConflict = rule({
  name: 'arp_conflict',
  severity: 'error',
  about: 'two network cards claim one address',
  explanation:
    'Takes ARP replies and announcements, and IPv6 neighbor advertisements that override (RFC 4861), as claims of an address. A conflict is one that comes back to a card within the window while another claimed it as well: a card that was replaced, or a service that moved to another machine once, is none. Virtual addresses of VRRP, CARP, HSRP and GLBP are left out. A card that claims five addresses or more answers for others: a router with proxy ARP, or somebody who puts himself between (ARP spoofing). Cards that share their load, and a machine with two cards in one network that answers on both, look the same. Only what reaches the place of the capture is seen: replies go to the one who asked.',
  advice: 'Look in the switch for the port of each MAC address, and give one of them another address.',
  thresholds: {
    returns: threshold(1, 'How often the address came back to a card that had it before.'),
    window_s: threshold(300, 'Seconds within which it must come back.'),
  },
  open({ returns, window_s }, shared) {
    const claims = new AddressClaims(window_s);
    return {
      packet(packet, at) {
        const last = packet.layerCount - 1;
        if (last < 0 || packet.layerQuoted[last] === 1) return;
        const protocol = packet.layerProtocol[last];
        if (protocol === arp.id) takeArp(claims, packet, last, at);
        else if (protocol === icmpv6.id) takeAdvertisement(claims, packet, last, at);
      },
      *findings(at) {
        const addresses = claims.addressesByCard();
        for (const { address, cards, returns: count, returnedAt, since } of claims.disputed()) {
          if (count < Math.max(1, returns) || shared.isOver(returnedAt, at)) continue;
          const proxies = cards.some(({ mac }) => addresses.get(mac)! >= PROXY_ADDRESSES);
          yield {
            subject: address,
            summary: `${address} is claimed by ${cards.map(({ mac, claims: times }) => `${mac} (${times} times)`).join(' and ')}`,
            severity: proxies ? 'warn' : 'error',
            confidence: proxies ? 'low' : count > 1 ? 'high' : 'medium',
            evidence: cards.map(({ mac, packet, claims: times }) =>
              evidence('packet', { number: packet, address, mac, claims: times }),
            ),
            since,
            ...(proxies
              ? { advice: 'One of them answers for several addresses: find out whether it is a router that should.' }
              : {}),
          };
        }
      },
    };
  },
});

function takeArp(claims: AddressClaims, packet: Packet, layer: number, at: number): void {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  if (packet.layerEnd[layer]! - start < ARP_SIZE || bytes[start + 4] !== 6 || bytes[start + 5] !== 4) return;
  const sender = i32(bytes, start + 14);
  const operation = u16(bytes, start + 6);
  const isAnnouncement = operation === REQUEST && sender === i32(bytes, start + 24);
  if (sender === 0 || (operation !== REPLY && !isAnnouncement) || isVirtual(bytes, start + 8)) return;
  const time = (): string | null => formatTimestamp(packet.seconds, packet.nanoseconds);
  claims.take(formatIpv4(sender), formatMac(bytes, start + 8), at, packet.number, time);
}

function takeAdvertisement(claims: AddressClaims, packet: Packet, layer: number, at: number): void {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const end = packet.layerEnd[layer]!;
  if (bytes[start] !== NEIGHBOR_ADVERTISEMENT || end - start < ADVERTISEMENT_SIZE + 8) return;
  const option = start + ADVERTISEMENT_SIZE;
  if ((bytes[start + 4]! & OVERRIDE) === 0 || bytes[option] !== TARGET_LINK_LAYER || bytes[option + 1] !== 1) return;
  if (isVirtual(bytes, option + 2)) return;
  const target = bytes.subarray(start + 8, start + ADVERTISEMENT_SIZE);
  const time = (): string | null => formatTimestamp(packet.seconds, packet.nanoseconds);
  claims.take(formatIpv6(target), formatMac(bytes, option + 2), at, packet.number, time);
}

/** VRRP and CARP (RFC 9568, 7.3), HSRP versions 1 and 2, GLBP; and group addresses, which no card has. */
function isVirtual(bytes: Uint8Array, mac: number): boolean {
  const vendor = u24(bytes, mac);
  if ((bytes[mac]! & 1) === 1) return true;
  if (vendor === 0x00005e) return bytes[mac + 3] === 0 && (bytes[mac + 4] === 1 || bytes[mac + 4] === 2);
  if (vendor === 0x00000c) return u16(bytes, mac + 3) === 0x07ac || u16(bytes, mac + 3) >> 4 === 0x9ff;
  if (vendor === 0x0005_73) return u16(bytes, mac + 3) >> 4 === 0xa0;
  return vendor === 0x0007b4;
}
