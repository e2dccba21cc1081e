import type { ProbeRow } from '../../record/tables/probe.ts';
import type { Target } from '../target.ts';
import { dnsQuestionOf, questionKey } from './dns-question.ts';

const NAMED = 2;

/**
 * Compares what name servers answer to the same question. Order and lifetimes do not matter. Servers may differ with good
 * reason (a content network answers by place, a change spreads), so it is a note, and no failure.
 */
export class AnswerComparison {
  /** By question, then by target: the last answer as one text. */
  private readonly last = new Map<string, Map<string, string>>();

  /** Takes in the record of a round; returns what to say when others, in their last round, were answered otherwise. */
  note(target: Target, { rcode, answers }: Pick<ProbeRow, 'rcode' | 'answers'>): string | null {
    if (rcode === null) return null; // not asked of a server, or not answered
    const key = questionKey(dnsQuestionOf(target));
    const told = this.last.get(key) ?? new Map<string, string>();
    this.last.set(key, told);
    const own = [rcode, ...answers.map((one) => one.toLowerCase()).sort()].join('\n');
    told.set(target.text, own);
    const others = [...told].filter(([, answer]) => answer !== own).map(([text]) => text);
    if (others.length === 0) return null;
    const more = others.length - NAMED;
    return `${others.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''} answered otherwise`;
  }
}
