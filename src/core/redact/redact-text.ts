import { formatIp, parseIp } from '../net/ip-address.ts';
import { parsePrefix } from '../net/ip-prefix.ts';
import { arpaText } from './arpa-names.ts';
import type { Redaction } from './redaction.ts';

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** An address in a record: of IP, with a zone, a length or a port, of a link, or the name that stands for one. */
export function redactAddress(text: string, redaction: Redaction): string {
  const [, address = text, rest = ''] = /^([^%/]*)((?:%[^/]*)?(?:\/\d{1,3})?)$/.exec(text) ?? [];
  const parsed = parseIp(address);
  if (parsed !== null) return `${redactIp(text, address, rest, redaction)}${rest.replace(/^%[^/]*/, '')}`;
  if (MAC.test(text)) return redactMac(text, redaction);
  return redactName(text, redaction);
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
  if (parseIp(text) !== null) return redactAddress(text, redaction);
  const arpa = redaction.ips ? arpaText(text, redaction) : null;
  if (arpa !== null) return arpa;
  return text
    .split('.')
    .map((label) => Buffer.from(redaction.label(Buffer.from(label).toString('latin1'))).toString('utf8'))
    .join('.');
}

/** `10.0.0.0/8` and the like in a list; what is no address is not kept. */
export function redactAddresses(texts: readonly string[], redaction: Redaction): readonly string[] {
  return texts.map((one) => redactAddress(one, redaction));
}
