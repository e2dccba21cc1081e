import { formatIp, parseIp } from '../net/ip-address.ts';
import { parsePrefix } from '../net/ip-prefix.ts';
import { PROBE_KINDS } from '../record/tables/probe.ts';
import { arpaText } from './arpa-names.ts';
import type { Redaction } from './redaction.ts';

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;
/** Names of interfaces that every machine has, and say nothing of it. */
export const PLAIN_INTERFACE = /^(?:lo|any|docker0|(?:eth|wlan|tun|tap|wg|br|bond|veth|interface-)\d{1,3})$/;
/** A name of a program that cannot be an address or a host. */
const PROGRAM = /^[a-z_][a-z_+-]{0,30}(?:\d{1,2}(?:\.\d{1,2})?)?$/i;
/** Where the text is one word of a protocol; other values are from outside. */
const WORD = /^[\w .,:+*/()#-]{0,128}$/;
const LIKE_AN_ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{1,4}:){2,}|::|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}/i;
const DOTTED_NAME = /^[\w-]+(?:\.[\w-]+)*\.[\w-]*$/;
/** In place of an address. */
const NO_ADDRESS = new Set(['', '*', 'default']);

/** With a zone or without. */
const isAddress = (text: string): boolean => parseIp(text.replace(/%[^/]*$/, '')) !== null;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
export const isTime = (text: string): boolean => TIME.test(text);

export const isWord = (text: string): boolean => WORD.test(text) && !LIKE_AN_ADDRESS.test(text);

export const redactProgram = (text: string): string | null => (PROGRAM.test(text) ? text : null);

/** Of an interface, a host, a user or a container. */
export const redactInterface = (text: string, redaction: Redaction): string =>
  PLAIN_INTERFACE.test(text) ? text : redactName(text, redaction);

/** An address in a record: of IP, with a zone, a length or a port, of a link, or the name that stands for one. */
export function redactAddress(text: string, redaction: Redaction): string {
  if (NO_ADDRESS.has(text)) return text;
  const [, address = text, rest = ''] = /^([^%/]*)((?:%[^/]*)?(?:\/\d{1,3})?)$/.exec(text) ?? [];
  const parsed = parseIp(address);
  if (parsed !== null) return `${redactIp(text, address, rest, redaction)}${rest.replace(/^%[^/]*/, '')}`;
  if (MAC.test(text)) return redactMac(text, redaction);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(:\d{1,5})$/.exec(text) ?? [];
  if (port === undefined) return redactName(text, redaction);
  return bracketed === undefined
    ? `${redactAddress(plain!, redaction)}${port}`
    : `[${redactAddress(bracketed, redaction)}]${port}`;
}

function redactIp(whole: string, address: string, rest: string, redaction: Redaction): string {
  const { family, bytes } = parseIp(address)!;
  if (family === 'ipv4') redaction.ip4(bytes, 0);
  else redaction.ip6(bytes, 0);
  // a block stays one: without bits of hosts
  const block =
    rest.startsWith('/') && parsePrefix(whole) !== null && isBlock(whole)
      ? parsePrefix(`${formatIp({ family, bytes })}${rest}`)
      : null;
  return formatIp(block ?? { family, bytes });
}

/** Whether no bit behind its length is set. */
function isBlock(text: string): boolean {
  const address = parseIp(text.slice(0, text.indexOf('/')))!;
  return parsePrefix(text)!.bytes.every((byte, index) => byte === address.bytes[index]);
}

export function redactMac(text: string, redaction: Redaction): string {
  const bytes = Uint8Array.from(text.split(/[:-]/).map((one) => Number.parseInt(one, 16)));
  redaction.mac(bytes, 0);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** A host name, label by label; the name of an address becomes that of the other address. */
export function redactName(text: string, redaction: Redaction): string {
  if (isAddress(text)) return redactAddress(text, redaction);
  const arpa = arpaText(text, redaction);
  if (arpa !== null) return arpa;
  return text
    .split('.')
    .map((label) => Buffer.from(redaction.label(Buffer.from(label).toString('latin1'))).toString('utf8'))
    .join('.');
}

/** An answer of DNS: an address or a name. Null for a text, which may hold anything. */
export const redactAnswer = (text: string, redaction: Redaction): string | null =>
  parseIp(text) !== null || DOTTED_NAME.test(text) ? redactAddress(text, redaction) : null;

/** Another text of as many bytes for any text, whatever is to be redacted. */
export const redactToken = (text: string, { names }: Redaction): string =>
  Buffer.from(names.label(Buffer.from(text).toString('latin1'))).toString('latin1');

/** `https://www.example.org:8443/path`: who is asked becomes another, and what is behind it a token. */
export function redactTarget(text: string, redaction: Redaction): string {
  if (text === 'gateway' || text === 'dns') return text;
  if (isAddress(text)) return redactAddress(text, redaction);
  const [, scheme = '', host = '', port = '', path = ''] =
    /^(?:([a-z]+):\/\/)?(\[[^\]]*\]|[\w.-]*)(:\d{1,5})?([/?#].*)?$/is.exec(text) ?? [];
  const isKnown = scheme === '' ? host !== '' : PROBE_KINDS.some((kind) => kind === scheme.toLowerCase());
  if (!isKnown) return redactToken(text, redaction);
  const asked = host.startsWith('[')
    ? `[${redactAddress(host.slice(1, -1), redaction)}]`
    : redactAddress(host, redaction);
  return `${scheme === '' ? '' : `${scheme}://`}${asked}${port}${pathOf(scheme.toLowerCase(), path, redaction)}`;
}

const OF_NAMES = new Set(['dns', 'dot', 'doh']);

/** The question of DNS, and its type; of other paths, a token. */
function pathOf(scheme: string, path: string, redaction: Redaction): string {
  if (path === '' || path === '/') return path;
  const [, name, type = ''] = /^\/([\w.-]*)(\?type=[A-Z0-9]{1,10})?$/.exec(path) ?? [];
  return OF_NAMES.has(scheme) && name !== undefined
    ? `/${redactName(name, redaction)}${type}`
    : `/${redactToken(path.slice(1).padEnd(8, '/'), redaction)}`;
}

/** Whom a finding is about: what may stay of a sentence, or else one thing that has a name or an address. */
export function redactSubject(text: string, redaction: Redaction, sentence: (text: string) => string): string {
  const said = sentence(text);
  return /\s/.test(text) || !said.includes('…') ? said : redactTarget(text, redaction);
}
