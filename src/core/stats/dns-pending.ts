import type { DnsQueryRow } from '../record/tables/dns-query.ts';
import { AgedMap } from '../wire/aged-map.ts';
import type { DnsMessage } from '../wire/app/dns-message.ts';
import type { Asked } from './awaited-rows.ts';

/** Queries that wait for their answers. */
const MOST_PENDING = 10_000;
/** Queries with one number that are compared with an answer whose question is not known: clients send two or three. */
const MOST_LOOKS = 32;

/** What a message asks for, as far as it was captured; with null for a name, type or class that was not. */
export type Question = Pick<DnsMessage, 'questions' | 'name' | 'type' | 'qclass'>;

/** A query that waits; those of one conversation and number form a list, the first sent at its head. */
class Pending {
  readonly asked: Asked<DnsQueryRow>;
  readonly conversation: string;
  readonly question: Question;
  readonly key: string;
  before: Pending | null = null;
  after: Pending | null = null;

  constructor(asked: Asked<DnsQueryRow>, conversation: string, question: Question, key: string) {
    this.asked = asked;
    this.conversation = conversation;
    this.question = question;
    this.key = key;
  }
}

/**
 * Queries by conversation (who asks whom, from which port, over what, with which number) and question. Bounded: the oldest
 * gives way.
 */
export class PendingQueries {
  private readonly byQuestion = new AgedMap<string, Pending>(MOST_PENDING);
  /** Queries whose question is not known have a key that no message asks for. */
  private unknown = 0;
  /** First and last of each list. */
  private readonly byNumber = new Map<string, { first: Pending; last: Pending }>();

  /** The query with exactly this question. */
  find(conversation: string, question: Question): Asked<DnsQueryRow> | null {
    return this.byQuestion.get(keyOf(conversation, question))?.asked ?? null;
  }

  /** Adds a query, in place of one with the same question; returns the one that gave way for lack of room. */
  add(conversation: string, question: Question, asked: Asked<DnsQueryRow>): Asked<DnsQueryRow> | null {
    const key = isKnown(question) ? keyOf(conversation, question) : `${this.unknown++}`;
    const same = this.byQuestion.get(key);
    if (same !== undefined) this.remove(same);
    const pending = new Pending(asked, conversation, question, key);
    const oldest = this.byQuestion.add(key, pending);
    if (oldest !== undefined) this.unlink(oldest);
    const list = this.byNumber.get(conversation);
    if (list === undefined) this.byNumber.set(conversation, { first: pending, last: pending });
    else {
      pending.before = list.last;
      list.last.after = pending;
      list.last = pending;
    }
    return oldest?.asked ?? null;
  }

  /**
   * Takes out the query that a response belongs to (RFC 5452, 9.1): the one with its question, or else, where one of the
   * two does not show the whole of its question, the first that may be meant. Null when there is none.
   */
  take(conversation: string, question: Question): Asked<DnsQueryRow> | null {
    const found = this.byQuestion.get(keyOf(conversation, question)) ?? this.firstLike(conversation, question);
    if (found === undefined) return null;
    this.remove(found);
    return found.asked;
  }

  private firstLike(conversation: string, question: Question): Pending | undefined {
    let one = this.byNumber.get(conversation)?.first ?? null;
    for (let looks = 0; one !== null && looks < MOST_LOOKS; looks++) {
      if (mayAnswer(question, one.question)) return one;
      one = one.after;
    }
    return undefined;
  }

  private remove(pending: Pending): void {
    this.byQuestion.delete(pending.key);
    this.unlink(pending);
  }

  private unlink({ conversation, before, after }: Pending): void {
    const list = this.byNumber.get(conversation)!;
    if (before === null && after === null) this.byNumber.delete(conversation);
    else if (before === null) list.first = after!;
    else if (after === null) list.last = before;
    if (before !== null) before.after = after;
    if (after !== null) after.before = before;
  }
}

/** A response without a question answers any (RFC 1035, 7.3); a query without one is not answered by another question. */
function mayAnswer(response: Question, query: Question): boolean {
  if (response.questions === 0) return true;
  if (query.questions === 0) return false;
  return (
    isLike(response.name?.toLowerCase() ?? null, query.name?.toLowerCase() ?? null) &&
    isLike(response.type, query.type) &&
    isLike(response.qclass, query.qclass)
  );
}

const isLike = (one: string | number | null, other: string | number | null): boolean =>
  one === null || other === null || one === other;

const isKnown = ({ questions, qclass }: Question): boolean => questions === 0 || qclass !== null;

// case of names does not count (RFC 4343), and some servers change it
const keyOf = (conversation: string, { questions, name, type, qclass }: Question): string =>
  `${conversation} ${questions === 0 ? 'none' : type} ${qclass} ${name?.toLowerCase()}`;
