/** Protocols that a filter knows by name, whatever records it is for: Wireshark's filter names, all that are dissected among them. */
export const PROTOCOL_NAMES: ReadonlySet<string> = new Set(
  (
    'eth ieee8021ad ieee8021ah vlan llc stp cdp lldp eapol arp mpls ppp pppoe pppoed pppoes raw null sll sll2 pktap nflog ppi ' +
    'arcnet chdlc cmd fddi radiotap wlan wlan_radio wlan.mgt ip ipv6 icmp icmpv6 igmp ah esp gre erspan ospf eigrp vrrp pim rsvp l2tp ' +
    'tcp tcp.segments udp udplite sctp dccp mptcp vxlan geneve gtp gtpv2 gtpprime teredo udpencap ' +
    'stun classicstun tls quic dtls dns mdns llmnr ssh bittorrent bt-dht sip http http2 websocket data-text-lines ssdp ' +
    'rtsp rtp rtcp srtcp wg mqtt rpc portmap mount nfs nfsacl nlm isakmp nbns nbdgm nbss smb smb2 dhcp dhcpv6 ntp snmp ' +
    'radius rip syslog tftp openvpn cflow ftp ftp-data smtp pop imap irc telnet mysql pgsql redis resp ldap cldap ' +
    'kerberos bgp tpkt cotp rdp t125 ajp13 socks'
  ).split(' '),
);

/** Names that people use, and what Wireshark calls the same. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  sll2: ['sll'],
  pppoe: ['pppoed', 'pppoes'],
  redis: ['resp'],
};

/** The names of the layers that a protocol's name in a filter stands for. */
export function layersNamed(name: string): readonly string[] {
  return (Object.hasOwn(OTHER_NAMES, name) && OTHER_NAMES[name]) || [name];
}
