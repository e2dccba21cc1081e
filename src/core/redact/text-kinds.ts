import type { RecordTable } from '../record/table.ts';
import { EXPERTS } from '../wire/expert.ts';
import { ALPN_NAMES, HTTP_METHODS, ROUTE_WORDS, SERVICES } from './known-words.ts';

/**
 * What a text of a record holds, by which is decided what may stay of it: a set, the texts that may stay; an expression, what of
 * a text may stay.
 */
export type TextKind =
  | 'word' // a word of a protocol, of the kernel or of netwatch
  | 'program'
  | 'interface'
  | 'name' // of a host, and what is as telling as one
  | 'address'
  | 'answer' // an address or a name
  | 'target' // what probe asks
  | 'subject' // whom a sentence is about
  | 'sentence' // of netwatch, which quotes what others chose
  | 'evidence'
  | 'token' // means nothing, and is told from others
  | 'key' // what it is, another field says
  | ReadonlySet<string>
  | RegExp;

/** By the name of a field. What is in no list holds anything, and nothing stays of it. */
const BY_NAME = new Map<string, TextKind>();
const list = (kind: TextKind, names: string): void => {
  for (const name of names.split(' ')) BY_NAME.set(name, kind);
};
list(
  'word',
  'app congestion cipher qtype rcode proto layers link link_types format tcp_flags transport path range scope kind pref flags state rule tls_cipher',
);
list('program', 'process processes');
list('interface', 'iface interfaces outer_iface master parent');
list('name', 'server_name host hostname name user search container netns');
list('address', 'mac ipv4 ipv6 gateway dns addrs inner');
list('answer', 'answers');
list('target', 'target direct');
list('token', 'mptcp_token session peer');
list(ALPN_NAMES, 'alpn offered_alpn tls_alpn');
list(HTTP_METHODS, 'method');
list(SERVICES, 'service');
list(/^\d{1,10}$/, 'pids');
list(/^(?:HTTP\/|SSLv|TLSv|DTLSv|0x|GREASE)[\w.]{0,8}$/, 'version offered_versions tls_version');
list(/^(?:1|2|draft-\d{2}|0x[0-9a-f]{8})$/, 'versions');
list(/^[0-9a-f]{32}$/, 'ja3');
list(/^\w{10}_[0-9a-f]{12}_[0-9a-f]{12}$/, 'ja4');
list(/^[MmJjBbEeCcVv]{0,16}$/, 'mptcp_flags');

const known = (field: 'id' | 'group' | 'summary'): ReadonlySet<string> => new Set(EXPERTS.map((one) => one[field]));

const OF_ROUTES = new RegExp(`^(?:${ROUTE_WORDS.join('|')}|\\d{1,5})$`);

/** Counters of the kernel, by nstat, and its limits, by sysctl. */
export const COUNTER =
  /^(?:(?:Ip|IpExt|Ip6|Icmp|IcmpMsg|Icmp6|Tcp|TcpExt|MPTcpExt|Udp|UdpLite|Udp6|UdpLite6)[A-Z]\w{1,40}|nf_conntrack_\w{3,5}|somaxconn|tcp_max_syn_backlog|ip_local_port_range_\w{4,5})$/;

/** By the type of a record and the name of a field, where the name alone does not say it. */
const BY_TYPE: ReadonlyMap<string, TextKind | null> = new Map<string, TextKind | null>([
  ['conn_summary.key', 'key'],
  ['conn_history.key', 'key'],
  ['change.key', 'key'],
  ['change.field', 'word'],
  ['change.before', 'key'],
  ['change.after', 'key'],
  ['insight.subject', 'subject'],
  ['insight.summary', 'sentence'],
  ['insight.evidence', 'evidence'],
  ['insight.advice', 'sentence'],
  ['probe.detail', 'sentence'],
  ['probe_outage.detail', 'sentence'],
  ['hop.error', 'sentence'],
  ['limit.what', 'sentence'],
  ['limit.why', 'sentence'],
  ['limit.remedy', 'sentence'],
  ['expert.id', known('id')],
  ['expert.group', known('group')],
  ['expert.summary', known('summary')],
  ['packet.expert', known('id')],
  ['counter.name', COUNTER],
  ['snapshot.netwatch', /^\d+\.\d+\.\d+/],
  ['route.scope', OF_ROUTES],
  ['route.proto', OF_ROUTES],
  ['route.kind', OF_ROUTES],
  ['route.pref', OF_ROUTES],
  ['route.flags', OF_ROUTES],
  ['route.table', 'key'],
  [
    'dns_server.source',
    /^(?:\/etc\/resolv\.conf|\/run\/systemd\/(?:resolve|netif)\/[a-z/]+(?:\.conf|\d+)|scutil --dns)$/,
  ],
  ['host.kernel', /^\d+(?:\.\d+){1,2}/],
  [
    'host.os',
    /^(?:AlmaLinux|Alpine|Amazon|Arch|CentOS|Debian|Fedora|Gentoo|Linux|macOS|NixOS|openSUSE|Oracle|Raspbian|Red Hat|Rocky|SUSE|Ubuntu)(?: GNU\/Linux| Linux| Enterprise| Stream| Server| Leap| Tumbleweed| LTS| v?\d[\d.]*)*(?: \([A-Za-z ]{1,30}\))?/,
  ],
]);

/** Records that say nothing of any network. */
export const STATIC_TYPES: ReadonlySet<string> = new Set(['rule', 'field']);

/** Null for what may hold anything. */
export function textKindOf({ type }: RecordTable, name: string): TextKind | null {
  const own = BY_TYPE.get(`${type}.${name}`);
  if (own !== undefined) return own;
  return BY_NAME.get(name) ?? (/_(?:host|name)$/.test(name) ? 'name' : null);
}
