import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import { openvpn } from '../wire/app/openvpn.ts';
import { wg } from '../wire/app/wg.ts';
import { i32, u16 } from '../wire/bytes.ts';
import { capwapData } from '../wire/capwap.ts';
import { esp } from '../wire/esp.ts';
import { geneve } from '../wire/geneve.ts';
import { gre } from '../wire/gre.ts';
import { gtp } from '../wire/gtp.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import { l2tp } from '../wire/l2tp.ts';
import { lispData } from '../wire/lisp.ts';
import { mpls } from '../wire/mpls.ts';
import type { Packet } from '../wire/packet.ts';
import { sctp } from '../wire/sctp.ts';
import { tcp } from '../wire/tcp.ts';
import { teredo } from '../wire/teredo.ts';
import { tzsp } from '../wire/tzsp.ts';
import { udp } from '../wire/udp.ts';
import { vxlan } from '../wire/vxlan.ts';

/** Protocols that carry packets, and those that carry them encrypted. */
const TUNNELS = [vxlan, geneve, gre, gtp, l2tp, teredo, lispData, capwapData, tzsp, mpls, wg, openvpn, esp] as const;
const isTunnel = new Uint8Array(256);
for (const { id } of TUNNELS) isTunnel[id] = 1;
/** Tunnels in tunnels whose kinds are told. */
const MOST_LEVELS = 5;
const WORDS = 8;

/** The outermost tunnel of a packet, of which `read` says what is in these fields until the next. */
export class TunnelEnds {
  /** The tunnels as one number, which tells them apart: their ids, the outer one first, a byte each. */
  kinds = 0;
  /** Whether the addresses are of IPv6, and the words of both: the source first, four words each. */
  isIpv6 = false;
  readonly words = new Int32Array(WORDS);
  /** 17, 6, or 0 for directly on IP, and its destination port. */
  transport = 0;
  dstPort = 0;
  /** Whether the flow of the packet is inside. */
  isInner = false;

  /** False for a packet that no tunnel carries. */
  read({ layerCount, layerProtocol, layerQuoted, layerBytes, layerStart }: Packet): boolean {
    let outer = -1;
    let transportAt = -1;
    let found = false;
    this.kinds = 0;
    this.isInner = false;
    for (let at = 0, levels = 0; at < layerCount && layerQuoted[at] === 0; at++) {
      const id = layerProtocol[at]!;
      const isIp = id === ip.id || id === ipv6.id;
      const isInIp = isIp && at > 0 && (layerProtocol[at - 1] === ip.id || layerProtocol[at - 1] === ipv6.id);
      if ((isTunnel[id] === 1 && outer >= 0) || isInIp) {
        found = true;
        this.isInner = false;
        // labels of MPLS are one tunnel
        if ((isInIp || layerProtocol[at - 1] !== id) && levels++ < MOST_LEVELS)
          this.kinds = this.kinds * 256 + (isInIp ? ip.id : id);
      } else if (id === tcp.id || id === udp.id || id === sctp.id) {
        if (found) this.isInner = true;
        else transportAt = at;
      }
      if (isIp && !found) {
        outer = at;
        transportAt = -1;
      }
    }
    if (!found) return false;
    this.isIpv6 = layerProtocol[outer] === ipv6.id;
    this.readAddresses(layerBytes[outer]!, layerStart[outer]!);
    this.transport = transportAt < 0 ? 0 : layerProtocol[transportAt] === udp.id ? 17 : 6;
    this.dstPort = transportAt < 0 ? 0 : u16(layerBytes[transportAt]!, layerStart[transportAt]! + 2);
    return true;
  }

  private readAddresses(bytes: Uint8Array, start: number): void {
    const at = start + (this.isIpv6 ? 8 : 12);
    const step = this.isIpv6 ? 4 : 1;
    this.words.fill(0);
    for (let word = 0; word < step; word++) {
      this.words[word] = i32(bytes, at + 4 * word);
      this.words[4 + word] = i32(bytes, at + 4 * (step + word));
    }
  }
}

/** The tunnels of `kinds`, the outer one first. */
export function kindText(kinds: number): string {
  const names: string[] = [];
  for (let rest = kinds; rest > 0; rest = Math.floor(rest / 256)) {
    const id = rest % 256;
    names.unshift(id === ip.id ? 'ip' : TUNNELS.find((one) => one.id === id)!.name);
  }
  return names.join('/');
}

/** The address whose words begin at `at`. */
export function addressIn(words: Int32Array, at: number, isIpv6: boolean): string {
  if (!isIpv6) return formatIpv4(words[at]!);
  const bytes = Buffer.alloc(16);
  for (let word = 0; word < 4; word++) bytes.writeInt32BE(words[at + word]!, 4 * word);
  return formatIpv6(bytes);
}
