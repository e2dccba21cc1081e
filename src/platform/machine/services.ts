import type { Host } from '../../core/system/host.ts';

/** Enough for a machine without /etc/services (a bare container): what one meets on a network. IANA registry names. */
const BUILT_IN =
  'ftp-data 20/tcp,ftp 21/tcp,ssh 22/tcp,telnet 23/tcp,smtp 25/tcp,domain 53/tcp,domain 53/udp,bootps 67/udp,bootpc 68/udp,tftp 69/udp,http 80/tcp,' +
  'kerberos 88/tcp,kerberos 88/udp,pop3 110/tcp,sunrpc 111/tcp,sunrpc 111/udp,ntp 123/udp,netbios-ns 137/udp,netbios-dgm 138/udp,netbios-ssn 139/tcp,' +
  'imap2 143/tcp,snmp 161/udp,snmp-trap 162/udp,bgp 179/tcp,ldap 389/tcp,https 443/tcp,https 443/udp,microsoft-ds 445/tcp,submissions 465/tcp,isakmp 500/udp,' +
  'syslog 514/udp,submission 587/tcp,ipp 631/tcp,ldaps 636/tcp,domain-s 853/tcp,rsync 873/tcp,imaps 993/tcp,pop3s 995/tcp,openvpn 1194/udp,' +
  'ms-sql-s 1433/tcp,mqtt 1883/tcp,nfs 2049/tcp,etcd-client 2379/tcp,etcd-server 2380/tcp,mysql 3306/tcp,ms-wbt-server 3389/tcp,stun 3478/udp,sip 5060/tcp,sip 5060/udp,' +
  'xmpp-client 5222/tcp,mdns 5353/udp,llmnr 5355/udp,postgresql 5432/tcp,amqp 5672/tcp,redis 6379/tcp,irc 6667/tcp,http-alt 8080/tcp,mqtt-s 8883/tcp,' +
  'prometheus 9090/tcp,node-exporter 9100/tcp,elasticsearch 9200/tcp,memcache 11211/tcp,mongodb 27017/tcp,wireguard 51820/udp';

/** Looks a service name up by protocol and port; null where there is none. */
export type ServiceNames = (proto: string, port: number) => string | null;

/** Service names from /etc/services, with a short built-in list below it. */
export function readServices(host: Host): ServiceNames {
  const names = parseServices(BUILT_IN.replaceAll(',', '\n'));
  for (const [proto, own] of parseServices(host.readIfAny('/etc/services') ?? '')) {
    names.set(proto, new Map([...(names.get(proto) ?? []), ...own]));
  }
  const tables = new Map([...names].map(([proto, ports]) => [proto, denseTable(ports)]));
  return (proto, port) => tables.get(proto)?.(port) ?? null;
}

/** A look-up by array: asked twice for each of 18,000 sockets, mostly in vain, a Map takes 8 ms of a cold run. */
function denseTable(ports: ReadonlyMap<number, string>): (port: number) => string | null {
  const texts: (string | null)[] = [null, ...ports.values()];
  const placeOf = new Uint16Array(65_536);
  for (const [i, port] of [...ports.keys()].entries()) placeOf[port] = i + 1;
  return (port) => texts[placeOf[port] ?? 0] ?? null;
}

/** Reads services(5) text, `name port/proto aliases # comment`, by protocol and port. The first name of a port wins. */
export function parseServices(text: string): Map<string, Map<number, string>> {
  const names = new Map<string, Map<number, string>>();
  for (const [, name, digits, proto] of text.matchAll(/^([^\s#]+)[ \t]+([0-9]{1,5})\/([a-z]+)/gm)) {
    if (name === undefined || proto === undefined) continue;
    const ports = names.get(proto) ?? new Map<number, string>();
    names.set(proto, ports);
    const port = Number(digits);
    if (!ports.has(port)) ports.set(port, name);
  }
  return names;
}
