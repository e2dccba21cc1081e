import { foldMapped, formatIp, type IpAddress, parseIp } from '../../net/ip-address.ts';
import { plainText } from './plain-text.ts';
import { publicName } from './public-name.ts';

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;
const TOKEN =
  /(?<![\w.-])(?:public|private|loopback|link-local|multicast|broadcast|unspecified|mac|name|text)-\d+(?:\.[a-z0-9-]+)*/gi;

/** What stands in an answer where the model named something that came from outside and is more than an address. */
const UNNAMED = '(name withheld)';

/**
 * Replaces what a model must not learn by tokens, the same one each time, which say what kind of thing it is:
 * `private-3`. What they stand for is kept here, in memory, so that addresses of an answer can be put back. With
 * `isOn` false everything is shown as it is, without what a terminal would act on.
 */
export class Redaction {
  readonly isOn: boolean;
  private readonly tokens = new Map<string, string>();
  private readonly originals = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  /** Texts from outside that are shown as they are. */
  readonly shownTexts = new Set<string>();

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** An address, with or without a port or a zone; anything else is treated as a text. */
  address(text: string): string {
    const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^[\]]*?))(:\d{1,5})?$/.exec(text) ?? [];
    const whole = addressOf(text);
    if (whole !== null) return this.addressToken(whole);
    const found = addressOf(bracketed ?? plain ?? '');
    return found === null ? this.text(text) : `${this.addressToken(found)}${port}`;
  }

  mac(text: string): string {
    return this.isOn ? this.token('mac', text.toLowerCase(), text.toLowerCase()) : plainText(text);
  }

  /** A host name: what was registered is shown, what is below it is not. */
  name(text: string): string {
    if (addressOf(text) !== null) return this.address(text);
    const name = text.toLowerCase().replace(/\.$/, '');
    if (!this.isOn) return this.shown(name);
    const registrable = publicName(name);
    if (registrable === name) return name;
    return this.token('name', name, registrable === null ? UNNAMED : `*.${registrable}`, registrable);
  }

  /** Any other text. */
  text(text: string): string {
    return this.isOn ? this.token('text', text, UNNAMED) : this.shown(text);
  }

  /** Whatever it is: a number, an address, a name, a text. Names are told by their form. */
  any(text: string): string {
    if (isFigure(text)) return text;
    if (addressOf(text) !== null || /^(?:\[[0-9a-f:.%\w]+\]|[\d.]+)(?::\d{1,5})?$/i.test(text))
      return this.address(text);
    if (MAC.test(text)) return this.mac(text);
    const [, host, port = ''] = /^([\w-]+(?:\.[\w-]+)+\.?)(:\d{1,5})?$/.exec(text) ?? [];
    return host === undefined ? this.text(text) : `${this.name(host)}${port}`;
  }

  /** The text with what its tokens stand for; null when one of them was never given out. */
  restore(text: string): string | null {
    let isKnown = true;
    const restored = text.replace(TOKEN, (token) => {
      const [bare = ''] = token.toLowerCase().split('.');
      const original = this.originals.get(token.toLowerCase()) ?? this.originals.get(bare);
      if (original === undefined) isKnown = false;
      return original ?? '';
    });
    return isKnown ? restored : null;
  }

  /** The text without its tokens. */
  without(text: string): string {
    return text.replace(TOKEN, ' ');
  }

  private shown(text: string): string {
    const plain = plainText(text);
    this.shownTexts.add(plain);
    return plain;
  }

  private addressToken(address: IpAddress): string {
    const text = foldMapped(formatIp(address));
    return this.isOn ? this.token(kindOf(parseIp(text)!), text, text) : text;
  }

  private token(kind: string, of: string, shown: string, below: string | null = null): string {
    const key = `${kind} ${of}`;
    const known = this.tokens.get(key);
    if (known !== undefined) return known;
    const number = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, number);
    const token = below === null ? `${kind}-${number}` : `${kind}-${number}.${below}`;
    this.tokens.set(key, token);
    this.originals.set(token, shown);
    this.originals.set(`${kind}-${number}`, shown); // models leave out what follows
    return token;
  }
}

/** A number of at most seven digits, with a unit or without: longer ones may be those of a telephone or an account. */
export const isFigure = (text: string): boolean =>
  /^[+-]?\d{1,7}(?:\.\d{1,3})?(?:%|ms|s|min|h|d|B|kB|MB|GB|x)?$/.test(text);

/** The address, without its zone; null for anything else. */
export const addressOf = (text: string): IpAddress | null =>
  text.length > 64 ? null : parseIp(text.replace(/%.*$/s, ''));

/** What range an address is from, so that a model can tell our own from others. */
function kindOf({ family, bytes }: IpAddress): string {
  const [a = 0, b = 0] = bytes;
  if (bytes.every((byte) => byte === 0)) return 'unspecified';
  if (family === 'ipv6') {
    if (bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)) return 'loopback';
    if (a === 0xff) return 'multicast';
    if (a === 0xfe && (b & 0xc0) === 0x80) return 'link-local';
    return (a & 0xfe) === 0xfc ? 'private' : 'public';
  }
  if (bytes.every((byte) => byte === 255)) return 'broadcast';
  if (a === 127) return 'loopback';
  if (a >= 224 && a < 240) return 'multicast';
  if (a === 169 && b === 254) return 'link-local';
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
  return isPrivate || (a === 100 && b >= 64 && b < 128) ? 'private' : 'public'; // RFC 1918, RFC 6598
}
