import { ah } from './ah.ts';
import { dns, llmnr, mdns } from './app/dns.ts';
import { dtls } from './app/dtls.ts';
import { http } from './app/http.ts';
import { http2 } from './app/http2.ts';
import { isakmp } from './app/isakmp.ts';
import { quic } from './app/quic.ts';
import { ssdp } from './app/ssdp.ts';
import { tls } from './app/tls.ts';
import { websocket } from './app/websocket.ts';
import { arp } from './arp.ts';
import { cdp } from './cdp.ts';
import { eapol } from './eapol.ts';
import { erspan } from './erspan.ts';
import { esp } from './esp.ts';
import { eth } from './eth.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gtp, gtpv2 } from './gtp.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { ieee8021ah } from './ieee8021ah.ts';
import { igmp } from './igmp.ts';
import { ip } from './ip.ts';
import { IP_LEAVES } from './ip-leaves.ts';
import { ipv6 } from './ipv6.ts';
import { llc } from './llc.ts';
import { lldp } from './lldp.ts';
import { mpls } from './mpls.ts';
import { nflog } from './nflog.ts';
import { nullLoopback } from './null-loopback.ts';
import { pktap } from './pktap.ts';
import { ppp } from './ppp.ts';
import { pppoed, pppoes } from './pppoe.ts';
import type { Protocol } from './protocol.ts';
import { radiotap } from './radiotap.ts';
import { raw } from './raw-ip.ts';
import { type Registry, registryOf } from './registry.ts';
import { sctp } from './sctp.ts';
import { sll } from './sll.ts';
import { stp } from './stp.ts';
import { tcp } from './tcp.ts';
import { tcpSegments } from './tcp-segments.ts';
import { teredo } from './teredo.ts';
import { udp } from './udp.ts';
import { udpencap } from './udpencap.ts';
import { ieee8021ad, vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';
import { wlan, wlanManagement, wlanRadio } from './wlan.ts';

/** Links and networks. */
const HEADERS: readonly Protocol[] = [
  ...[eth, vlan, ieee8021ad, ieee8021ah, llc, stp, cdp, lldp, eapol, arp, mpls, ppp, pppoed, pppoes],
  ...[raw, nullLoopback, sll, pktap, nflog, radiotap, wlanRadio, wlan, wlanManagement],
  ...[ip, ipv6, icmp, icmpv6, igmp, ah, esp, gre, erspan, ...IP_LEAVES],
  ...[udp, tcp, tcpSegments, sctp],
  ...[vxlan, geneve, gtp, gtpv2, teredo, udpencap],
];

/** Applications. Those that recognise by content are asked in this order, the strictest first. */
const APPLICATIONS: readonly Protocol[] = [tls, quic, dtls, dns, mdns, llmnr, isakmp, http, http2, websocket, ssdp];

/** Every protocol there is. A new one is a file beside this and a line here. */
export const ALL_PROTOCOLS: readonly Protocol[] = [...HEADERS, ...APPLICATIONS];

export const REGISTRY: Registry = registryOf(ALL_PROTOCOLS);
