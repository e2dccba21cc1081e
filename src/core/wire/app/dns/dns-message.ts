import { answerText } from './dns-answers.ts';
import { nameText, readName } from './dns-name.ts';
import { DnsParts, UNKNOWN } from './dns-parts.ts';

/** The first question and the answers of a message in [start, end); null where the bytes end too soon. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  /** All twelve bits, with those of OPT. */
  readonly rcode: number;
  readonly opcode: number;
  /** How many questions it says it has, whatever was captured of them. */
  readonly questions: number;
  readonly name: string | null;
  /** Null, as the class, where the message ends before it. */
  readonly type: number | null;
  readonly qclass: number | null;
  /** The questions after the first: Multicast DNS asks for several things at once. */
  readonly more: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: number | null;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  /** As a person reads it: an address, a name, a text. */
  readonly value: string;
}

const parts = new DnsParts();

/** Reads a message as far as its bytes make sense; null when not even its header is whole. */
export function readDnsMessage(bytes: Uint8Array, start: number, end: number): DnsMessage | null {
  if (!parts.read(bytes, start, end)) return null;
  const { id, isResponse, rcode, opcode, questions } = parts;
  const name = parts.nameLength === 0 ? null : nameText(parts.name, 0);
  const type = known(parts.type);
  const qclass = known(parts.qclass);
  const more: DnsQuestion[] = [];
  while (parts.nextQuestion()) more.push({ name: nameText(parts.name, 0), type: known(parts.type) });
  const answers: DnsRecord[] = [];
  while (parts.nextAnswer()) {
    const owner = readName(bytes, start, end, parts.ownerAt) ?? '';
    const { answerType, ttl } = parts;
    answers.push({ name: owner, type: answerType, ttl, value: answerText(parts.answers, parts.answerAt) });
  }
  return { id, response: isResponse, rcode, opcode, questions, name, type, qclass, more, answers };
}

const known = (number: number): number | null => (number === UNKNOWN ? null : number);
