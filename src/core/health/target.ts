import { type Failure, usageError } from '../failure.ts';
import { meansItself, understoodAs } from '../net/host-name.ts';
import { formatIp, parseIp } from '../net/ip-address.ts';
import { PROBE_KINDS, type ProbeKind } from '../record/tables/probe.ts';
import { didYouMean } from '../suggest.ts';

/** What to ask, and which host to ask. */
export interface Target {
  /** As it was named. */
  readonly text: string;
  readonly kind: ProbeKind;
  /** A name, or an address in canonical text without brackets; IPv6 may have a zone (RFC 4007). Empty for `dns:///name`. */
  readonly host: string;
  /** 0 where the kind has none. */
  readonly port: number;
  /** From the first slash on, with the query; empty for none. */
  readonly path: string;
  /** Which addresses of a name are asked; all of them where it is absent. */
  readonly family?: 4 | 6;
  /** Why there is nothing to ask, in words: what the word names does not exist here. */
  readonly missing?: string;
}

/** The port of a kind that has a usual one; 0 for none, null where it must be named. */
const PORTS: Readonly<Record<ProbeKind, number | null>> = {
  icmp: 0,
  trace: 0,
  mtu: 0,
  tcp: null,
  udp: null,
  dns: 53,
  dot: 853,
  doh: 443,
  http: 80,
  https: 443,
  tls: 443,
  stun: 3478,
  ntp: 123,
};

/** Kinds whose path means something. */
const HAS_PATH: ReadonlySet<ProbeKind> = new Set(['dns', 'dot', 'doh', 'http', 'https']);
const MOST_NAME = 253;

/**
 * Reads `kind://host:port/path`; a host alone is asked for an echo. Throws a Failure 64 with the place of what is wrong.
 * Nothing is looked up.
 */
export function parseTarget(text: string): Target {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  const kind = scheme === null ? 'icmp' : kindNamed(text, scheme[1]!);
  const from = scheme === null ? 0 : scheme[0].length;
  const end = from + text.slice(from).search(/[/?#]|$/);
  const path = text.slice(end);
  if (path !== '' && path !== '/' && !HAS_PATH.has(kind)) {
    throw wrong(text, end, path.length, `${kind}:// has no path: "${path}"`, `${kind}://${text.slice(from, end)}`);
  }
  const { host, port } = authority(text, from, end, kind);
  return { text, kind, host, port, path };
}

/**
 * The target, asked by addresses of one family only. Throws a Failure 64 when its host is an address of the other one.
 */
export function withFamily(target: Target, family: 4 | 6): Target {
  const { text, host } = target;
  const [bare = ''] = host.split('%', 1);
  const own = parseIp(bare)?.family;
  if (own !== undefined && own !== (family === 4 ? 'ipv4' : 'ipv6')) {
    const other = family === 4 ? 6 : 4;
    const at = text.indexOf(host);
    throw usageError(`${host} is no address of IPv${family}`, {
      hint: `-${other}, or a name in place of the address`,
      ...(at < 0 ? {} : { place: { text, column: at, length: host.length } }),
    });
  }
  return { ...target, family };
}

function kindNamed(text: string, scheme: string): ProbeKind {
  const kind = PROBE_KINDS.find((name) => name === scheme.toLowerCase());
  if (kind !== undefined) return kind;
  throw wrong(
    text,
    0,
    scheme.length,
    `unknown scheme "${scheme}"`,
    didYouMean(scheme, PROBE_KINDS, `schemes are ${PROBE_KINDS.join(' ')}`),
  );
}

function authority(
  text: string,
  from: number,
  end: number,
  kind: ProbeKind,
): { readonly host: string; readonly port: number } {
  const whole = text.slice(from, end);
  if (kind === 'dns' && whole === '' && end < text.length) return { host: '', port: 0 }; // as the system resolves
  const address = parseAddress(whole); // IPv6 without brackets can have no port
  if (address !== null) return { host: address, port: portOf(text, from, end, kind, '') };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(whole);
  if (match === null)
    throw wrong(text, from, end - from, `"${whole}" is no host`, 'an IPv6 address goes into brackets: [::1]:80');
  const [, bracketed, name, port] = match;
  const host = bracketed !== undefined ? parseAddress(bracketed) : hostName(name!);
  const typed = bracketed ?? name!;
  if (host === null || (bracketed !== undefined && !host.includes(':'))) {
    const message = typed === '' ? `${kind}:// needs a host` : `"${typed}" is no host`;
    throw wrong(
      text,
      from,
      Math.max(1, whole.length - (port === undefined ? 0 : port.length + 1)),
      message,
      `${kind}://${(name !== undefined && understoodAs(name)) || 'HOST'}`,
    );
  }
  return { host, port: portOf(text, end - (port?.length ?? 0), end, kind, port ?? '') };
}

function portOf(text: string, from: number, end: number, kind: ProbeKind, typed: string): number {
  const usual = PORTS[kind];
  if (typed === '') {
    if (usual !== null) return usual;
    throw wrong(text, end, 1, `${kind}:// needs a port`, `${text.slice(0, end)}:PORT`);
  }
  if (usual === 0) throw wrong(text, from, typed.length, `${kind}:// has no port: "${typed}"`, null);
  const port = /^[0-9]{1,5}$/.test(typed) ? Number(typed) : 0;
  if (port < 1 || port > 65_535) throw wrong(text, from, typed.length, `"${typed}" is no port`, 'ports are 1 to 65535');
  return port;
}

/** An address in canonical text, with its zone; null for anything else. */
function parseAddress(text: string): string | null {
  const [, bare = '', zone] = /^([^%]*)(%.*)?$/.exec(text) ?? [];
  const address = parseIp(bare);
  if (address === null) return null;
  if (zone === undefined) return formatIp(address);
  return address.family === 'ipv6' && /^%[\w.-]{1,32}$/.test(zone) ? formatIp(address) + zone : null;
}

/** A name as DNS and hosts files have them (RFC 1123, 2.1), with the underscore that is met; never like an option. */
function hostName(text: string): string | null {
  const address = parseAddress(text);
  if (address !== null) return address;
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length === 0 || name.length > MOST_NAME) return null;
  // what only looks like an address would be understood in several ways: 010.1.1.1, 1.2.3
  if (/^[0-9.]+$/.test(name) || /^0x[0-9a-f.]+$/i.test(name)) return null;
  return name.split('.').every((label) => LABEL.test(label)) && meansItself(name) ? text : null;
}

/** Letters of other scripts are sent as Punycode. */
const LETTER = '[A-Za-z0-9_\\u00a1-\\uffff]';
const LABEL = new RegExp(`^${LETTER}(?:(?:${LETTER}|-){0,61}${LETTER})?$`);

function wrong(text: string, column: number, length: number, message: string, hint: string | null): Failure {
  return usageError(message, { hint, place: { text, column, length: Math.max(1, length) } });
}
