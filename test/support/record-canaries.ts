import { formatIp } from '../../src/core/net/ip-address.ts';
import type { Platform } from '../../src/core/system/platform.ts';
import { EUI64, IP4, IP6, MAC, OTHER_IP4 } from './canaries.ts';
import { CURL, fakePlatform, interfaceOf, readingOf, socketOf } from './fake-platform.ts';
import { roundOf } from './probe-rows.ts';

/** Words that must not be found in anything redacted, each in a place of a record that others choose. */
export const RECORD_WORDS = [
  ...['canaryhost', 'canarydomain', 'canarysearch', 'canaryuser', 'canarycontainer', 'canarypod', 'canarynetns'],
  ...['canarycmdline', 'canarypassword', 'canarycgroup', 'canaryexe', 'canarycomm', 'canarykernel', 'canaryos'],
  ...['canaryalias', 'canarybridge', 'canaryiface', 'canaryparent', 'canarytable', 'canaryproto', 'canaryconf'],
  ...['canarytarget', 'canarypath', 'canaryquery', 'canarydetail', 'canaryreason', 'canarycookie', 'canaryissuer'],
  ...['canarysubject', 'canaryanswer', 'canarytxt', 'canaryvia', 'canarydirect', 'canaryquoted', 'canaryremedy'],
  ...['canarypeer', 'canarysni', 'canaryphone', 'canarymail', 'canaryfile', 'canaryfolder', 'canarykey'],
  ...['canarywhy', 'canarywhat', 'canaryümlaut', 'canaryhop', 'canaryerror', 'canaryprefix', 'canarysource'],
] as const;

const dotted = (bytes: readonly number[]): string => bytes.join('.');
const six = (bytes: readonly number[]): string => formatIp({ family: 'ipv6', bytes: Uint8Array.from(bytes) });
const colons = (bytes: readonly number[]): string => bytes.map((one) => one.toString(16).padStart(2, '0')).join(':');

export const CANARY_ADDRESSES = {
  v4: dotted(IP4),
  other: dotted(OTHER_IP4),
  v6: six(IP6),
  local: six(EUI64),
  mac: colons(MAC),
} as const;
const { v4, other, v6, local, mac } = CANARY_ADDRESSES;

const PROCESS = {
  ...CURL,
  comm: 'canarycomm',
  exe: '/opt/canaryexe/curl',
  cmdline: `curl --user canaryuser:canarypassword -b canarycookie https://canarycmdline.example/?from=${v4}`,
  cgroup: '/docker/canarycgroup',
  container: 'canarycontainer-canarypod',
};

/** A machine that has a canary wherever one may be. `isLater` is what it is like afterwards. */
export function canaryMachine(isLater = false): Platform {
  const sockets = [
    socketOf({ key: 1, local_addr: v4, remote_addr: other }),
    socketOf({ key: 2, local_addr: v6, remote_addr: local, family: 'ipv6', local_port: 40_001 }),
    socketOf({ key: 3, state: 'LISTEN', local_addr: v4, local_port: 443, remote_addr: null, remote_port: null }),
  ];
  const opened = socketOf({ key: 4, local_addr: v4, remote_addr: v6, local_port: 40_002, remote_port: 8443 });
  const readings = [isLater ? [...sockets, opened] : sockets, [...sockets.slice(1), opened]].map((read) => ({
    ...readingOf(read, { processes: [PROCESS], attribution: 'proc_fd exact' as const }),
    userOf: () => 'canaryuser',
    ifaceOf: () => 'canaryiface',
    netns: 'canarynetns',
  }));
  const interfaces = [
    interfaceOf({
      name: 'canaryiface',
      ipv4: [`${v4}/24`],
      ipv6: [`${v6}/64`, `${local}/64`],
      mac,
      master: 'canarybridge',
      parent: 'canaryparent',
      alias: isLater ? 'canaryalias to canaryphone' : 'canaryalias',
    }),
  ];
  const dns = {
    addr: other,
    port: 53,
    iface: 'canaryiface',
    search: ['canarysearch.example', ...(isLater ? ['canaryümlaut.example'] : [])],
    source: '/etc/canaryconf.conf',
  };
  const limit = {
    what: `packets of canarywhat`,
    why: `canarywhy at ${v4} said "canaryquoted" in /home/canaryfolder/canaryfile`,
    remedy: 'ssh canaryremedy@canaryhost',
  };
  const route = {
    ...{ family: 'ipv4' as const, metric: 100, src: v4, scope: 'canaryprefix.example', proto: 'canaryproto' },
    ...{ table: 'canarytable', kind: 'unicast', from: null, weight: null, flags: [], tos: null, mtu_bytes: null },
    ...{ expires_s: null, pref: null, gateway: isLater ? v4 : other, iface: 'canaryiface', dst: `${v4}/32` },
  };
  return {
    ...fakePlatform(readings, [interfaces]),
    readRoutes: async () => ({ rows: [route], limits: [limit] }),
    readDnsServers: async () => ({ rows: [dns], limits: [] }),
    readNeighbors: async () => ({
      rows: [{ addr: v4, mac, iface: 'canaryiface', state: 'REACHABLE', host: 'canaryhost.example', vendor: null }],
      limits: [],
    }),
    readHost: async () => ({
      hostname: 'canaryhost',
      os: 'Linux canaryos',
      kernel: '6.1.0-canarykernel',
      uptime_s: isLater ? 3600 : 5,
    }),
  };
}

/** A history as probe --append makes it. */
export function canaryRounds(): string {
  const rounds = [
    roundOf(`https://canarytarget.example:8443/canarypath?canaryquery=${v4}`, [10, null], {
      detail: `HTTP 500 canaryreason, "canaryquoted" by canaryvia.example at ${other}`,
      tls_issuer: 'CN=canaryissuer',
      tls_subject: 'CN=canarysubject',
      host: 'canarytarget.example',
      addr: v6,
      local_addr: v4,
      iface: 'canaryiface',
      direct: 'icmp://canarydirect.example',
    }),
    roundOf(`dns://${other}/canaryümlaut.example`.replace('ü', 'u'), [null, null], {
      detail: `canarydetail from ${v4}: ${mac}`,
      answers: [v4, 'canaryanswer.example', '"canarytxt canarymail@canarydomain.example"'],
    }),
    roundOf(`icmp://${v4}`, [null, null], { detail: `no route to ${v4}, says ${local}` }),
  ];
  return rounds.map((row) => `${JSON.stringify({ type: 'probe', ...row })}\n`).join('');
}
