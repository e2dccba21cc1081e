import { LONGEST_NAME } from '../wire/app/dns/dns-name.ts';
import { type DnsParts, UNKNOWN } from '../wire/app/dns/dns-parts.ts';
import { spread } from '../wire/endpoint-hash.ts';
import type { Packet } from '../wire/packet.ts';
import { type RandomWords, systemRandomWords } from '../wire/random-words.ts';

// A key as words. The conversation: over what, with which version of IP, the addresses of the client (4) and of the server (4),
// the client's port, and the number of the message. Then the type of the question, and its class.
const WAY = 0;
export const CLIENT = 1;
export const SERVER = 5;
const PORT_AND_NUMBER = 9;
export const CONVERSATION_WORDS = 10;
const TYPE = 10;
const CLASS = 11;
export const KEY_WORDS = 12;
/** In place of the type, where a message has no question. */
const NO_QUESTION = -2;

/** Letters in one case: that of names does not count (RFC 4343), and some servers change it. No length of a label is a letter. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, code) => (code >= 0x41 && code <= 0x5a ? code | 0x20 : code));

/**
 * What a message is of: who asks whom, from which port, over what, with which number, and for what. One object for one message
 * after another. Strangers choose all of it, so the hashes are under a secret, as those of `EndpointHash`, and multilinear, too.
 */
export class DnsKey {
  transport = 0;
  ipVersion = 0;
  clientPort = 0;
  serverPort = 0;
  id = 0;
  readonly words = new Int32Array(KEY_WORDS);
  /** The name of the question, its letters in one case; without a length where it is not known. */
  readonly name = new Uint8Array(LONGEST_NAME);
  nameLength = 0;
  /** Whether nothing of the question is missing; where there is none, nothing is. */
  isWhole = false;
  /** The hash of the conversation, and of all. */
  conversationHash = 0;
  hash = 0;
  private readonly wordSecrets = new Int32Array(2 * KEY_WORDS);
  private readonly nameSecrets = new Int32Array(LONGEST_NAME);

  constructor(random: RandomWords = systemRandomWords) {
    random(this.wordSecrets);
    random(this.nameSecrets);
  }

  /** The key of a message in the packet. `transport` tells the ways of asking apart; of the class `mask` counts. */
  set(packet: Packet, isFromClient: boolean, transport: number, parts: DnsParts, mask: number): void {
    const { ipVersion, src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort } = packet;
    const { words } = this;
    this.transport = transport;
    this.ipVersion = ipVersion;
    this.clientPort = isFromClient ? srcPort : dstPort;
    this.serverPort = isFromClient ? dstPort : srcPort;
    this.id = parts.id;
    words[WAY] = (transport << 4) | ipVersion;
    this.setAddress(isFromClient ? CLIENT : SERVER, src0, src1, src2, src3);
    this.setAddress(isFromClient ? SERVER : CLIENT, dst0, dst1, dst2, dst3);
    words[PORT_AND_NUMBER] = (this.clientPort << 16) | parts.id;
    words[TYPE] = parts.questions === 0 ? NO_QUESTION : parts.type;
    words[CLASS] = parts.qclass === UNKNOWN ? UNKNOWN : parts.qclass & mask;
    this.isWhole = parts.questions === 0 || parts.qclass !== UNKNOWN;
    const sum = this.sumOf(0, CONVERSATION_WORDS);
    this.conversationHash = spread(sum);
    this.hash = spread((sum + this.sumOf(CONVERSATION_WORDS, KEY_WORDS) + this.takeName(parts)) | 0);
  }

  /** Of IPv4 only the first word is the packet's, and without IP none is. */
  private setAddress(at: number, w0: number, w1: number, w2: number, w3: number): void {
    const { words, ipVersion } = this;
    words[at] = ipVersion === 0 ? 0 : w0;
    words[at + 1] = ipVersion === 6 ? w1 : 0;
    words[at + 2] = ipVersion === 6 ? w2 : 0;
    words[at + 3] = ipVersion === 6 ? w3 : 0;
  }

  private sumOf(from: number, to: number): number {
    const { words, wordSecrets } = this;
    let sum = 0;
    for (let index = from; index < to; index++) {
      const word = words[index]!;
      sum += Math.imul(word & 0xffff, wordSecrets[2 * index]!);
      sum = (sum + Math.imul(word >>> 16, wordSecrets[2 * index + 1]!)) | 0;
    }
    return sum;
  }

  private takeName(parts: DnsParts): number {
    const { name, nameSecrets } = this;
    const length = parts.nameLength;
    this.nameLength = length;
    let sum = 0;
    for (let index = 0; index < length; index++) {
      const letter = FOLDED[parts.name[index]!]!;
      name[index] = letter;
      sum = (sum + Math.imul(letter, nameSecrets[index]!)) | 0;
    }
    return sum;
  }
}

/** Whether the words of a response at `response` may answer the query at `query`, whatever their names: what is not known may be anything. */
export function mayAnswer(response: Int32Array, query: Int32Array, at: number): boolean {
  return isLike(response[TYPE]!, query[at + TYPE]!) && isLike(response[CLASS]!, query[at + CLASS]!);
}

export const hasQuestion = (words: Int32Array, at: number): boolean => words[at + TYPE] !== NO_QUESTION;

const isLike = (one: number, other: number): boolean => one === UNKNOWN || other === UNKNOWN || one === other;
