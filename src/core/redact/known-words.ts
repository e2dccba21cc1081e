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

/** Words of `ip route`. */
export const ROUTE_WORDS: readonly string[] =
  'main local default tos metric via dev src proto scope weight mtu pref from table kernel static dhcp ra boot bgp ospf isis rip babel bird zebra redirect link host site global nowhere low medium high onlink linkdown dead pervasive offload trap unresolved unicast broadcast multicast anycast blackhole unreachable prohibit throw nat'.split(
    ' ',
  );
