/** Protocols that a filter knows by name, whatever records it is for: Wireshark's filter names. */
export const PROTOCOL_NAMES: ReadonlySet<string> = new Set(
  (
    'eth sll sll2 vlan arp ip ipv6 icmp icmpv6 igmp tcp udp udplite sctp dccp mptcp gre esp ah dns mdns llmnr nbns ' +
    'dhcp dhcpv6 ntp http http2 tls quic ssh ftp smtp imap pop mqtt stun rtp rtcp sip snmp syslog tftp ldap kerberos ' +
    'smb smb2 rdp mysql pgsql redis bittorrent wg openvpn dtls websocket ssdp lldp stp ppp pppoe mpls vxlan geneve ' +
    'ospf bgp eigrp vrrp pim'
  ).split(' '),
);
