/** Enough for a machine without /etc/services (a bare container): what one meets on a network. IANA registry names. */
export const WELL_KNOWN_SERVICES =
  'ftp-data 20/tcp,ftp 21/tcp,ssh 22/tcp,telnet 23/tcp,smtp 25/tcp,domain 53/tcp,domain 53/udp,bootps 67/udp,bootpc 68/udp,tftp 69/udp,http 80/tcp,' +
  'kerberos 88/tcp,kerberos 88/udp,pop3 110/tcp,sunrpc 111/tcp,sunrpc 111/udp,ntp 123/udp,netbios-ns 137/udp,netbios-dgm 138/udp,netbios-ssn 139/tcp,' +
  'imap2 143/tcp,snmp 161/udp,snmp-trap 162/udp,bgp 179/tcp,ldap 389/tcp,https 443/tcp,https 443/udp,microsoft-ds 445/tcp,submissions 465/tcp,isakmp 500/udp,' +
  'syslog 514/udp,submission 587/tcp,ipp 631/tcp,ldaps 636/tcp,domain-s 853/tcp,rsync 873/tcp,imaps 993/tcp,pop3s 995/tcp,openvpn 1194/udp,' +
  'ms-sql-s 1433/tcp,mqtt 1883/tcp,nfs 2049/tcp,etcd-client 2379/tcp,etcd-server 2380/tcp,mysql 3306/tcp,ms-wbt-server 3389/tcp,stun 3478/udp,sip 5060/tcp,sip 5060/udp,' +
  'xmpp-client 5222/tcp,mdns 5353/udp,llmnr 5355/udp,postgresql 5432/tcp,amqp 5672/tcp,redis 6379/tcp,irc 6667/tcp,http-alt 8080/tcp,mqtt-s 8883/tcp,' +
  'prometheus 9090/tcp,node-exporter 9100/tcp,elasticsearch 9200/tcp,memcache 11211/tcp,mongodb 27017/tcp,wireguard 51820/udp';

/** Other names of them, as people and /etc/services write them. */
const OTHER_NAMES =
  'dns 53/udp,www 80/tcp,kerberos-sec 88/tcp,pop-3 110/tcp,portmapper 111/tcp,imap 143/tcp,smb 445/tcp,smtps 465/tcp,rdp 3389/tcp,' +
  'postgres 5432/tcp,memcached 11211/tcp';

const PORTS: ReadonlyMap<string, number> = new Map(
  `${WELL_KNOWN_SERVICES},${OTHER_NAMES}`.split(',').map((line) => {
    const [name = '', port = ''] = line.split(/[ /]/);
    return [name, Number(port)];
  }),
);

/** The names that `portOfService` knows. */
export const SERVICE_NAMES: readonly string[] = [...PORTS.keys()];

/** The port of a well-known service, in any case: 443 for `https`. Null for a name that is not known. */
export function portOfService(name: string): number | null {
  return PORTS.get(name.toLowerCase()) ?? null;
}
