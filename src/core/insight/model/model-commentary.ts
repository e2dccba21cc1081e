import type { InsightRow } from '../../record/tables/insight.ts';
import { evidence } from '../evidence.ts';
import { type ModelAnswer, type ModelFinding, parseAnswer } from './answer.ts';
import { chatRequest } from './chat-request.ts';
import { type Fact, factsOf } from './facts.ts';
import type { NetworkSnapshot } from './network-snapshot.ts';
import { Redaction } from './redaction.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Why a model said nothing that can be used. */
export interface ModelFault {
  /** absent: nobody answers there; missing: the model is not installed; late: no answer in time; bad: no answer of use. */
  readonly kind: 'absent' | 'missing' | 'late' | 'bad' | 'interrupted';
  /** In words, safe to show after `safeText`. */
  readonly reason: string;
}

export type ModelReply = { readonly content: string } | { readonly fault: ModelFault };

/** Sends the body of a request and resolves to what the model said. Never rejects. */
export type AskModel = (body: string, signal: AbortSignal) => Promise<ModelReply>;

/** What a screen shows of the commentary. */
export type CommentaryStatus =
  | { readonly state: 'idle' }
  /** Since when, as it was asked. */
  | { readonly state: 'analyzing'; readonly since: number }
  /** Of when the rows are, and how many findings were left out of the answer. */
  | { readonly state: 'available'; readonly at: number; readonly dropped: number }
  | { readonly state: 'error'; readonly fault: ModelFault }
  /** Nobody listens, or the model is not there: `setup` says how to get there. */
  | { readonly state: 'ollama_unavailable'; readonly fault: ModelFault; readonly setup: string };

export interface CommentarySettings {
  readonly model: string;
  readonly redacts: boolean;
  readonly vocabulary: Vocabulary;
}

/** How to get an answer next time. */
export const setupOf = ({ kind }: ModelFault, model: string): string =>
  kind === 'missing' ? `ollama pull ${model}` : `ollama serve, and ollama pull ${model}`;

/**
 * The comment of a language model on one snapshot after the other: at most one request is under way, and the rows of the
 * last answer stay until the next one. Its rows are notes of low confidence, whatever the model says of them.
 */
export class ModelCommentary {
  private readonly askModel: AskModel;
  private readonly settings: CommentarySettings;
  private underway: AbortController | null = null;
  private current: CommentaryStatus = { state: 'idle' };
  private last: readonly InsightRow[] = [];

  constructor(askModel: AskModel, settings: CommentarySettings) {
    this.askModel = askModel;
    this.settings = settings;
  }

  get status(): CommentaryStatus {
    return this.current;
  }

  /** The rows of the last answer. */
  get rows(): readonly InsightRow[] {
    return this.last;
  }

  /**
   * Asks about a snapshot taken at `at`, in seconds since 1970; `time` is what its rows say. Resolves when the status has
   * changed; null, and nothing is sent, while the last answer has not come.
   */
  ask(snapshot: NetworkSnapshot, at: number, time: string | null): Promise<void> | null {
    if (this.underway !== null) return null;
    const underway = new AbortController();
    this.underway = underway;
    this.current = { state: 'analyzing', since: at };
    return this.answer(snapshot, at, time, underway.signal).finally(() => {
      if (this.underway === underway) this.underway = null;
    });
  }

  /** The body of the request about a snapshot. */
  request(snapshot: NetworkSnapshot): string {
    return this.prepared(snapshot).body;
  }

  /** Gives up the request that is under way. */
  close(): void {
    this.underway?.abort();
  }

  private prepared(snapshot: NetworkSnapshot): {
    readonly body: string;
    readonly facts: readonly Fact[];
    readonly redaction: Redaction;
  } {
    const { model, redacts, vocabulary } = this.settings;
    const redaction = new Redaction(redacts);
    const facts = factsOf(snapshot, redaction, vocabulary);
    return { body: chatRequest(model, facts), facts, redaction };
  }

  private async answer(snapshot: NetworkSnapshot, at: number, time: string | null, signal: AbortSignal): Promise<void> {
    const { body, facts, redaction } = this.prepared(snapshot);
    const reply = await this.askModel(body, signal);
    const answer = 'fault' in reply ? null : parseAnswer(reply.content, facts, redaction);
    if (answer === null) this.fail('fault' in reply ? reply.fault : NOT_AS_ASKED);
    else if (answer.findings.length === 0) this.fail(nothingOfUse(answer));
    else {
      this.last = this.rowsOf(answer, redaction, time);
      this.current = { state: 'available', at, dropped: answer.dropped };
    }
  }

  private fail(fault: ModelFault): void {
    this.current =
      fault.kind === 'absent' || fault.kind === 'missing'
        ? { state: 'ollama_unavailable', fault, setup: setupOf(fault, this.settings.model) }
        : { state: 'error', fault };
  }

  private rowsOf({ findings }: ModelAnswer, redaction: Redaction, time: string | null): readonly InsightRow[] {
    return findings.map((finding) => ({
      time,
      rule: 'model',
      severity: 'note',
      confidence: 'low',
      summary: finding.summary,
      evidence: evidenceFor(finding, this.settings.model, redaction),
      since: null,
      advice: finding.advice ?? '',
      subject: null,
      source: 'model',
    }));
  }
}

const NOT_AS_ASKED: ModelFault = { kind: 'bad', reason: 'its answer has not the form that was asked for' };

const nothingOfUse = ({ dropped }: ModelAnswer): ModelFault => ({
  kind: 'bad',
  reason: dropped === 0 ? 'it found nothing to say' : leftOut(dropped),
});

/** Findings that are not shown, and why. */
export const leftOut = (count: number): string =>
  `${count} of its findings left out: not in the form that was asked for, or not in the facts`;

/** Facts of a finding that are shown. */
const MOST_CITED = 5;

/** Which model says so and how serious it thinks it is, and the facts that it cites. */
function evidenceFor({ severity, cites }: ModelFinding, model: string, redaction: Redaction): readonly string[] {
  return [
    evidence('model', { name: model, severity }),
    ...cites.slice(0, MOST_CITED).map(({ id: _, fact, ...values }) => {
      const words = Object.entries(values).filter(([, value]) => !Array.isArray(value));
      const text = evidence(fact, Object.fromEntries(words) as Record<string, string | number | boolean>);
      return redaction.restore(text) ?? text;
    }),
  ];
}
