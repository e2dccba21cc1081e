import { formatIp, parseIp } from '../../net/ip-address.ts';
import { MODEL_SEVERITIES, MOST_FINDINGS, type ModelSeverity } from './chat-request.ts';
import type { Fact } from './facts.ts';
import { plainText } from './plain-text.ts';
import type { Redaction } from './redaction.ts';

/** Characters of an answer that are read. */
export const MOST_ANSWER = 32_768;
const LONGEST_SENTENCE = 400;
const MOST_CITES = 20;
/** A text from outside is repeated where so many characters of it stand in a row. */
const ECHO = 8;

/** What a model said, of which nothing contradicts the facts that it was given. */
export interface ModelFinding {
  readonly severity: ModelSeverity;
  readonly summary: string;
  readonly advice: string | null;
  readonly cites: readonly Fact[];
}

export interface ModelAnswer {
  readonly findings: readonly ModelFinding[];
  /** How many were left out: they cite no fact, or tell what no fact tells. */
  readonly dropped: number;
}

/** Reads an answer; null when it is not of the form that was asked for. Never throws, whatever it says. */
export function parseAnswer(text: string, facts: readonly Fact[], redaction: Redaction): ModelAnswer | null {
  const said = findingsIn(text);
  if (said === null) return null;
  const known = new Known(facts, redaction);
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const findings: ModelFinding[] = [];
  let dropped = 0;
  for (const one of said) {
    const finding = findings.length < MOST_FINDINGS ? findingOf(one, byId, known, redaction) : null;
    if (finding === null) dropped++;
    else findings.push(finding);
  }
  return { findings, dropped };
}

function findingsIn(text: string): readonly unknown[] | null {
  if (text.length > MOST_ANSWER) return null;
  const [, fenced] = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text) ?? [];
  try {
    const parsed: unknown = JSON.parse(fenced ?? text);
    const findings = isObject(parsed) ? parsed.findings : null;
    return Array.isArray(findings) ? findings : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function findingOf(
  said: unknown,
  byId: ReadonlyMap<string, Fact>,
  known: Known,
  redaction: Redaction,
): ModelFinding | null {
  if (!isObject(said) || !Array.isArray(said.cites)) return null;
  const severity = MODEL_SEVERITIES.find((one) => one === said.severity);
  const summary = said.summary;
  const advice = said.advice ?? null;
  if (severity === undefined || typeof summary !== 'string') return null;
  if (advice !== null && typeof advice !== 'string') return null;
  const ids = new Set(said.cites.slice(0, MOST_CITES).filter((one) => typeof one === 'string'));
  const cites = [...ids].flatMap((id) => byId.get(id) ?? []);
  const [shownSummary, shownAdvice] = [summary, advice ?? ''].map((text) => {
    const plain = plainText(text, LONGEST_SENTENCE);
    return known.tells(plain) ? redaction.restore(plain) : null;
  });
  if (cites.length === 0 || !shownSummary || shownAdvice === null || shownAdvice === undefined) return null;
  return { severity, summary: shownSummary, advice: shownAdvice === '' ? null : shownAdvice, cites };
}

/** Names of protocols with a version, whose number is none of the facts. */
const VERSIONED = /\b(?:TLS|SSL|HTTP|SMB|SNMP|NTP|IP|IGMP|OSPF)(?:v|[ /]v?)?\d(?:\.\d)?\b/gi;
const FACT_ID = /\bF\d+\b/g;
const LINK = /:\/\/|\bwww\.|\b(?:https?|ftp|mailto|javascript|data|file|tel):|@/i;
const HOST_NAME = /(?<![\w-])(?:[\w-]+\.)+[\p{L}][\p{L}\d-]+(?![\w-])/giu;
/** What advice may name that looks like a host: resolv.conf, capture.pcap. */
const FILE_NAME = /\.(?:conf|cfg|ini|log|json|txt|service|pcap|pcapng)$/i;
const WORD_END = /[\s=";()]+|,(?!\d)|,$/;
const NUMBER = /(?<![\p{L}\d_.-])\d(?:[\d,]*\d)?(?:\.\d+)?/gu;

/** What the facts tell: figures, addresses, names. */
class Known {
  private readonly numbers: readonly number[];
  private readonly words: ReadonlySet<string>;
  private readonly redaction: Redaction;
  private readonly echoes: readonly string[];

  constructor(facts: readonly Fact[], redaction: Redaction) {
    this.redaction = redaction;
    const texts = facts.flatMap(({ id: _, ...values }) => Object.values(values).flat().map(String));
    this.numbers = texts.flatMap(numbersIn);
    const words = texts.flatMap((text) => text.toLowerCase().split(WORD_END));
    // of name-1.example.com a model may speak of example.com
    this.words = new Set([...words, ...words.map((word) => word.replace(/^name-\d+\./, ''))]);
    this.echoes = [...redaction.shownTexts].filter((text) => text.length >= ECHO && !isHostName(text));
  }

  /** Whether a sentence tells nothing but what the facts tell, as far as figures, addresses, names and links go. */
  tells(sentence: string): boolean {
    // addresses of links and mail are never among the facts: a model has no reason to give any
    if (LINK.test(sentence) || this.echoesIn(sentence)) return false;
    const rest = this.redaction.without(sentence).replace(FACT_ID, ' ');
    const words = rest.toLowerCase().split(WORD_END);
    const others: string[] = [];
    for (const word of words) {
      const bare = word.replace(/^[[('"`*]+|[\])'"`*.:!?]+$/g, '');
      if (this.words.has(bare) || this.words.has(word)) continue;
      if (isAddress(bare)) return false;
      others.push(bare);
    }
    const foreign = others.join(' ');
    if ([...foreign.matchAll(HOST_NAME)].some(([name]) => !FILE_NAME.test(name))) return false;
    return numbersIn(foreign.replace(VERSIONED, ' ')).every((number) => this.isKnown(number, foreign));
  }

  /** A figure may be rounded: 12.3 is told where the facts say 12.345. */
  private isKnown(number: number, sentence: string): boolean {
    if (this.numbers.includes(number)) return true;
    const decimals = /\.(\d+)$/.exec(String(number))?.[1]?.length ?? 0;
    return sentence !== '' && this.numbers.some((one) => Number(one.toFixed(Math.min(decimals, 6))) === number);
  }

  private echoesIn(sentence: string): boolean {
    const said = sentence.toLowerCase();
    return this.echoes.some((text) => {
      const lower = text.toLowerCase();
      for (let at = 0; at + ECHO <= lower.length; at++) if (said.includes(lower.slice(at, at + ECHO))) return true;
      return false;
    });
  }
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(NUMBER)].map(([digits]) => Number(digits.replaceAll(',', '')));

/** A name such as computers have, and not a sentence written with dots and hyphens. */
const isHostName = (text: string): boolean =>
  /^[\w-]+(?:\.[\w-]+)*$/.test(text) &&
  text.split('.').every((label) => label.length <= 24 && label.split('-').length <= 3);

/** An address with a port or a prefix, or without, or one of a network card. */
function isAddress(word: string): boolean {
  const bare = word.replace(/^\[|\](?::\d+)?$|\/\d+$/g, '').replace(/%.*$/, '');
  const ip = parseIp(bare) ?? parseIp(bare.replace(/:\d{1,5}$/, ''));
  if (ip !== null) return formatIp(ip) !== '::'; // "::" alone is punctuation
  return /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/.test(bare) || /\d{1,3}(?:\.\d{1,3}){3}/.test(bare);
}
