/** Names of protocols that a hello may offer (IANA's registry of ALPN): who offers another one may be known by it. */
export const ALPN_NAMES: ReadonlySet<string> = new Set(
  'h2 h2c h3 http/0.9 http/1.0 http/1.1 dot doq ftp imap pop3 smtp managesieve mqtt ntske/1 smb sip/2 irc nntp postgresql stun.turn stun.nat-discovery webrtc c-webrtc coap tds/8.0 xmpp-client xmpp-server acme-tls/1'.split(
    ' ',
  ),
);

/** Methods of HTTP. */
export const HTTP_METHODS: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE OPTIONS PATCH CONNECT TRACE'.split(' '),
);

/** Services that every machine knows; other names of /etc/services may be those of a company. */
export const SERVICES: ReadonlySet<string> = new Set(
  'echo discard daytime ftp-data ftp ssh telnet smtp time whois tacacs domain bootps bootpc tftp gopher finger http kerberos pop3 sunrpc ident nntp ntp epmap netbios-ns netbios-dgm netbios-ssn imap2 imap snmp snmp-trap bgp irc ldap https microsoft-ds submissions submission isakmp syslog printer rtsp ipp ldaps ftps imaps pop3s socks openvpn ms-sql-s ms-sql-m radius radius-acct nfs mysql rdp ms-wbt-server svn postgresql amqp amqps sip sip-tls xmpp-client xmpp-server vnc x11 redis http-alt mdns llmnr docker git rsync iscsi-target mqtt secure-mqtt stun stuns domain-s ssdp puppet zabbix-agent zabbix-trapper'.split(
    ' ',
  ),
);

/** Words of `ip route`. */
export const ROUTE_WORDS: readonly string[] =
  'main local default tos metric via dev src proto scope weight mtu pref from table kernel static dhcp ra boot bgp ospf isis rip babel bird zebra redirect link host site global nowhere low medium high onlink linkdown dead pervasive offload trap unresolved unicast broadcast multicast anycast blackhole unreachable prohibit throw nat'.split(
    ' ',
  );
