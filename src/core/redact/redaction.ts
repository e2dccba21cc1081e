import { latin1 } from '../wire/bytes.ts';
import { AddressMap } from './address-map.ts';
import { isOfIpGroup, MacMap } from './mac-map.ts';
import { NameMap } from './name-map.ts';
import { keyFor } from './redact-key.ts';
import type { RedactWord } from './redact-words.ts';
import { TextCache } from './text-cache.ts';

const X = 0x78;
/** Labels in which an address may be written: `ip-10-0-0-1`, `0a000001`. */
const LIKE_AN_ADDRESS = /\d|^[0-9a-f]{8,}$/i;

/** What is taken out, and what stands in its place: the same each time under one key. */
export class Redaction {
  readonly words: ReadonlySet<RedactWord>;
  readonly ips: boolean;
  readonly hosts: boolean;
  readonly macs: boolean;
  readonly payload: boolean;
  readonly addresses: AddressMap;
  readonly names: NameMap;
  private readonly macMap: MacMap;
  private readonly labels = new TextCache(63, 4096, (label) => this.label(label));
  private readonly dotted = new TextCache(96, 1024, (name) => this.dottedName(name));

  /** `key` has 32 bytes. */
  constructor(words: Iterable<RedactWord>, key: Uint8Array) {
    this.words = new Set(words);
    this.ips = this.words.has('ips');
    this.hosts = this.words.has('hosts');
    this.macs = this.words.has('macs');
    this.payload = this.words.has('payload');
    this.addresses = new AddressMap(key);
    this.names = new NameMap(keyFor('names', key));
    this.macMap = new MacMap(keyFor('macs', key));
  }

  ip4(bytes: Uint8Array, at: number): void {
    if (this.ips) this.addresses.replace4(bytes, at);
  }

  /**
   * Without `ips`, what an address may have of a MAC address is replaced: an interface identifier that is made of one (RFC 4291,
   * appendix A), and the last 24 bits in a solicited-node group (2.7.1 there).
   */
  ip6(bytes: Uint8Array, at: number): void {
    if (this.ips) this.addresses.replace6(bytes, at);
    else if (!this.macs) return;
    else if (bytes[at + 11] === 0xff && bytes[at + 12] === 0xfe) this.interfaceIdentifier(bytes, at + 8);
    else if (isSolicitedNode(bytes, at)) this.solicitedNode(bytes, at);
  }

  mac(bytes: Uint8Array, at: number): void {
    if (this.macs || (this.ips && isOfIpGroup(bytes, at))) this.macMap.replace(bytes, at);
  }

  /** What stands for a label of a host name: as many bytes. Without `hosts`, labels that may hold an address are replaced. */
  label(label: string): Uint8Array {
    return this.keeps(label) ? Buffer.from(label, 'latin1') : this.names.label(label);
  }

  /** The same for the label of `length` bytes at `at`. */
  labelAt(bytes: Uint8Array, at: number, length: number): void {
    this.labels.replace(bytes, at, length);
  }

  /** The same for each label of a name in [from, to), which has dots between them; a port may follow it. */
  name(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    if (length <= this.dotted.longest) this.dotted.replace(bytes, from, length);
    else bytes.set(this.dottedName(latin1(bytes, from, to)), from);
  }

  private dottedName(text: string): Uint8Array {
    const bytes = Buffer.from(text, 'latin1');
    const port = /:\d{1,5}$/.exec(text)?.[0] ?? '';
    const labels = text.slice(0, text.length - port.length).split('.');
    const isName = labels.some((label) => /[^\d]/.test(label)) && labels.every((label) => /^[\w-]{0,63}$/.test(label));
    if (!isName)
      bytes.fill(X, 0, text.length - port.length); // an address, or what no name is
    else if (!labels.every((label) => this.keeps(label))) this.putLabels(bytes, labels);
    return bytes;
  }

  private keeps(label: string): boolean {
    return !this.hosts && !((this.ips || this.macs) && LIKE_AN_ADDRESS.test(label));
  }

  private putLabels(bytes: Uint8Array, labels: readonly string[]): void {
    let at = 0;
    for (const label of labels) {
      bytes.set(this.label(label), at);
      at += label.length + 1;
    }
  }

  /** Its last three bytes become those of the group of Ethernet that it is sent to (RFC 2464, 7). */
  private solicitedNode(bytes: Uint8Array, at: number): void {
    const group = Uint8Array.of(0x33, 0x33, 0xff, bytes[at + 13]!, bytes[at + 14]!, bytes[at + 15]!);
    this.macMap.replace(group, 0);
    bytes.set(group.subarray(3), at + 13);
  }

  private interfaceIdentifier(bytes: Uint8Array, at: number): void {
    const mac = Uint8Array.of(
      bytes[at]! ^ 2,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    );
    this.macMap.replace(mac, 0);
    bytes.set([mac[0]! ^ 2, mac[1]!, mac[2]!, 0xff, 0xfe, mac[3]!, mac[4]!, mac[5]!], at);
  }
}

/** ff02::1:ff00:0/104 */
function isSolicitedNode(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xff || bytes[at + 1] !== 2 || bytes[at + 11] !== 1 || bytes[at + 12] !== 0xff) return false;
  for (let index = 2; index < 11; index++) if (bytes[at + index] !== 0) return false;
  return true;
}
