import { ah } from './ah.ts';
import { ajp13 } from './app/ajp13.ts';
import { bgp } from './app/bgp.ts';
import { bittorrent, btDht } from './app/bittorrent.ts';
import { cflow } from './app/cflow.ts';
import { dhcp } from './app/dhcp.ts';
import { dhcpv6 } from './app/dhcpv6.ts';
import { dns, llmnr, mdns } from './app/dns/dns.ts';
import { ftp, ftpData } from './app/ftp.ts';
import { http } from './app/http/http.ts';
import { http2 } from './app/http/http2.ts';
import { imap } from './app/imap.ts';
import { isakmp } from './app/isakmp.ts';
import { kerberos } from './app/kerberos.ts';
import { cldap, ldap } from './app/ldap.ts';
import { pop, smtp } from './app/mail.ts';
import { mqtt } from './app/mqtt.ts';
import { mysql } from './app/mysql.ts';
import { nbdgm } from './app/nbdgm.ts';
import { nbns } from './app/nbns.ts';
import { nbss } from './app/nbss.ts';
import { ntp } from './app/ntp.ts';
import { openvpn } from './app/openvpn.ts';
import { pgsql } from './app/pgsql.ts';
import { irc, telnet } from './app/plain-streams.ts';
import { proxy } from './app/proxy.ts';
import { http3 } from './app/quic/http3.ts';
import { quic } from './app/quic/quic.ts';
import { radius } from './app/radius.ts';
import { resp } from './app/resp.ts';
import { rip } from './app/rip.ts';
import { mount, nfs, nfsacl, nlm, portmap, rpc } from './app/rpc.ts';
import { rtcp, srtcp } from './app/rtcp.ts';
import { rtp } from './app/rtp.ts';
import { rtsp } from './app/rtsp.ts';
import { sip } from './app/sip.ts';
import { smb } from './app/smb.ts';
import { smb2 } from './app/smb2.ts';
import { snmp } from './app/snmp.ts';
import { socks } from './app/socks.ts';
import { ssdp } from './app/ssdp.ts';
import { ssh } from './app/ssh.ts';
import { classicstun, stun } from './app/stun.ts';
import { syslog } from './app/syslog.ts';
import { tds } from './app/tds.ts';
import { tftp } from './app/tftp.ts';
import { dtls } from './app/tls/dtls.ts';
import { tls } from './app/tls/tls.ts';
import { tlsSegments } from './app/tls/tls-plaintext.ts';
import { cotp, rdp, t125, tpkt } from './app/tpkt.ts';
import { dataTextLines, websocket } from './app/websocket.ts';
import { wg } from './app/wg.ts';
import { arcnet } from './arcnet.ts';
import { arp } from './arp.ts';
import { batadv } from './batadv.ts';
import { capwap, capwapData } from './capwap.ts';
import { cdp } from './cdp.ts';
import { chdlc } from './chdlc.ts';
import { cmd } from './cmd.ts';
import { eapol } from './eapol.ts';
import { erspan } from './erspan.ts';
import { esp } from './esp.ts';
import { etag } from './etag.ts';
import { eth } from './eth.ts';
import { etherip } from './etherip.ts';
import { fddi } from './fddi.ts';
import { fr } from './fr.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gtp, gtpPrime, gtpv2 } from './gtp.ts';
import { hsr, hsrPrpSupervision } from './hsr.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { ieee8021ah } from './ieee8021ah.ts';
import { igmp } from './igmp.ts';
import { ip } from './ip.ts';
import { IP_LEAVES } from './ip-leaves.ts';
import { ipnet } from './ipnet.ts';
import { ipoib } from './ipoib.ts';
import { ipv6 } from './ipv6.ts';
import { l2tp } from './l2tp.ts';
import { lisp, lispData } from './lisp.ts';
import { llc } from './llc.ts';
import { lldp } from './lldp.ts';
import { macsec } from './macsec.ts';
import { mpls } from './mpls.ts';
import { NETLINK_FAMILIES, netlink } from './netlink.ts';
import { nflog } from './nflog.ts';
import { nsh } from './nsh.ts';
import { nullLoopback } from './null-loopback.ts';
import { pktap } from './pktap.ts';
import { ppi } from './ppi.ts';
import { ppp } from './ppp.ts';
import { pppoed, pppoes } from './pppoe.ts';
import { prism, wlancap } from './prism.ts';
import type { Protocol, Registry } from './protocol.ts';
import { radiotap } from './radiotap.ts';
import { raw } from './raw-ip.ts';
import { registryOf } from './registry.ts';
import { sctp } from './sctp.ts';
import { slip } from './slip.ts';
import { sll } from './sll.ts';
import { stp } from './stp.ts';
import { broadcomTag, marvellTag } from './switch-tags.ts';
import { tcp } from './tcp.ts';
import { tcpSegments } from './tcp-segments.ts';
import { teredo } from './teredo.ts';
import { trill } from './trill.ts';
import { tzsp } from './tzsp.ts';
import { udp, udplite } from './udp.ts';
import { udpencap } from './udpencap.ts';
import { ieee8021ad, vlan } from './vlan.ts';
import { vntag } from './vntag.ts';
import { vxlan } from './vxlan.ts';
import { wlan, wlanManagement, wlanRadio } from './wlan.ts';

/** Links and networks. */
const HEADERS: readonly Protocol[] = [
  ...[eth, vlan, ieee8021ad, ieee8021ah, cmd, llc, stp, cdp, lldp, eapol, arp, mpls, ppp, pppoed, pppoes],
  ...[raw, nullLoopback, sll, pktap, nflog, arcnet, chdlc, fddi, ppi, radiotap, wlanRadio, wlan, wlanManagement],
  ...[vntag, etag, hsr, hsrPrpSupervision, nsh, trill, batadv, macsec, broadcomTag, marvellTag],
  ...[netlink, ...NETLINK_FAMILIES, fr, ipnet, ipoib, slip, prism, wlancap],
  ...[ip, ipv6, icmp, icmpv6, igmp, ah, esp, gre, erspan, etherip, ...IP_LEAVES],
  ...[udp, udplite, tcp, tcpSegments, sctp],
  ...[l2tp, vxlan, geneve, gtp, gtpPrime, gtpv2, teredo, udpencap, tzsp, lispData, lisp, capwap, capwapData],
];

/** Applications. Those that recognise by content are asked in this order, the strictest first. */
const APPLICATIONS: readonly Protocol[] = [
  ...[proxy, stun, classicstun, tls, tlsSegments, quic, dtls, dns, mdns, llmnr, ssh, bittorrent, btDht, sip],
  ...[http2, http3, http, websocket, dataTextLines, ssdp, rtsp, rtcp, srtcp, rtp, wg, mqtt],
  ...[rpc, portmap, mount, nfs, nfsacl, nlm],
  ...[isakmp, nbns, nbdgm, nbss, smb, smb2, dhcp, dhcpv6, ntp, snmp, radius, rip, syslog, tftp, openvpn, cflow],
  ...[ftp, ftpData, smtp, pop, imap, irc, telnet, mysql, tds, pgsql, resp, ldap, cldap, kerberos, bgp, ajp13, socks],
  ...[tpkt, cotp, rdp, t125],
];

/** Every protocol there is. A new one is a file beside this and a line here. */
export const ALL_PROTOCOLS: readonly Protocol[] = [...HEADERS, ...APPLICATIONS];

export const REGISTRY: Registry = registryOf(ALL_PROTOCOLS);

/** Links, networks and transports alone: streams are told apart by these, and applications cost most. */
export const HEADER_REGISTRY: Registry = registryOf(HEADERS);
