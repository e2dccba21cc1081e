import { EXIT, Failure } from '../../core/failure.ts';
import { RULES } from '../../core/insight/all-rules.ts';
import { mayBeHere } from '../../core/insight/model/endpoint.ts';
import { leftOut, ModelCommentary, type ModelFault, setupOf } from '../../core/insight/model/model-commentary.ts';
import { SNAPSHOT_STATISTICS, SnapshotGatherer } from '../../core/insight/model/network-snapshot.ts';
import { vocabularyOf } from '../../core/insight/model/vocabulary.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type InsightRow, insight } from '../../core/record/tables/insight.ts';
import type { StatisticName } from '../../core/stats/names.ts';
import { type Ollama, openOllama } from '../../platform/model/ollama.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import type { ModelRequest } from './model-options.ts';

/**
 * The comments of a model in one run. `open` finds out whether there is one before anything is read, so that nothing is
 * gathered for nobody.
 */
export class ModelComments {
  /** What to tell of what is observed; null when no model will be asked. */
  readonly gatherer: SnapshotGatherer | null;
  private readonly context: Context;
  private readonly asked: ModelRequest;
  private readonly commentary: ModelCommentary;
  private fault: ModelFault | null;
  private isNew = false;
  private readonly said = new Set<string>();

  private constructor(context: Context, asked: ModelRequest, ollama: Ollama, fault: ModelFault | null) {
    this.context = context;
    this.asked = asked;
    this.fault = fault;
    this.gatherer = fault === null ? new SnapshotGatherer() : null;
    const { model, redacts } = asked;
    this.commentary = new ModelCommentary(ollama.ask, { model, redacts, vocabulary: vocabularyOf(RULES) });
    context.signal.addEventListener('abort', () => this.commentary.close(), { once: true });
  }

  /** Null when none was asked for. With `always`, that there is no model is known but not said before the rules have spoken. */
  static async open(context: Context, asked: ModelRequest | null): Promise<ModelComments | null> {
    if (asked === null) return null;
    const { endpoint, dryRun, model, timeoutMs } = asked;
    const ollama = openOllama(endpoint, model, timeoutMs, context.clock);
    if (!dryRun && endpoint.mayBeRemote && !mayBeHere(endpoint.host)) context.warn(sentWhere(asked));
    const fault = dryRun ? null : await ollama.listens(context.signal);
    const comments = new ModelComments(context, asked, ollama, fault);
    if (fault !== null && asked.mode === 'auto') comments.say(fault);
    return comments;
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return this.commentary.status.state !== 'analyzing';
  }

  /** The statistics that must be computed for it. */
  get statistics(): readonly StatisticName[] {
    return this.gatherer === null ? [] : SNAPSHOT_STATISTICS;
  }

  /**
   * Asks about what was gathered and about these rows of the rules, and yields what the model says. Throws a Failure 69 or
   * 75 when a comment was demanded and there is none; otherwise says why. With --dry-run it prints the request instead.
   */
  async *comment(
    rows: readonly InsightRow[],
    at: number,
    time: string | null,
    showNow: Request['showNow'],
  ): AsyncGenerator<Snapshot> {
    const { context, asked, commentary, gatherer } = this;
    if (gatherer !== null && !context.signal.aborted) {
      const snapshot = gatherer.snapshot(rows);
      if (asked.dryRun) {
        await context.stdout.write(`${commentary.request(snapshot)}\n`);
        await context.stdout.flush();
        return;
      }
      // an answer may take its time: what the rules found is not kept back until then
      await showNow();
      context.showProgress(`asking ${asked.model} for a comment`);
      await commentary.ask(snapshot, at, time);
      context.showProgress(null);
      this.note();
      if (this.isNew) yield [section(insight, this.takeRows())];
    }
    if (asked.mode === 'always' && this.fault !== null && this.fault.kind !== 'interrupted')
      throw failureOf(this.fault, asked);
  }

  /**
   * For one of several looks: asks about it, unless the last answer is still to come, and does not wait. Before it returns
   * what the model has said since the last look.
   */
  look(rows: readonly InsightRow[], at: number, time: string | null): readonly InsightRow[] {
    const { gatherer, commentary } = this;
    const fresh = this.takeRows();
    if (gatherer !== null) void commentary.ask(gatherer.snapshot(rows), at, time)?.then(() => this.note());
    return fresh;
  }

  /** After the last of several looks. Throws as `comment` does, when no answer that was demanded has come. */
  finish(): void {
    this.commentary.close();
    const { asked, fault } = this;
    if (asked.mode === 'always' && fault !== null && fault.kind !== 'interrupted') throw failureOf(fault, asked);
  }

  private takeRows(): readonly InsightRow[] {
    const rows = this.isNew ? this.commentary.rows : [];
    this.isNew = false;
    return rows;
  }

  /** What became of a request. */
  private note(): void {
    const { status } = this.commentary;
    if (status.state === 'available') {
      this.fault = null;
      this.isNew = true;
      if (status.dropped > 0) this.context.say(`the model at ${this.asked.endpoint.text}: ${leftOut(status.dropped)}`);
    } else if (status.state === 'error' || status.state === 'ollama_unavailable') {
      this.fault = status.fault;
      if (this.asked.mode === 'auto') this.say(status.fault);
    }
  }

  /** Each reason once: at the next look it is no news. A server that words each of its faults anew is not quoted for ever. */
  private say(fault: ModelFault): void {
    if (fault.kind === 'interrupted' || this.said.has(fault.reason) || this.said.size >= MOST_REASONS) return;
    this.said.add(fault.reason);
    this.context.say(wordsOf(fault, this.asked));
  }
}

/** Reasons that one run tells. */
const MOST_REASONS = 10;

function wordsOf(fault: ModelFault, { endpoint, model }: ModelRequest): string {
  const what = fault.kind === 'absent' ? `no model at ${endpoint.text}` : `no comment of the model at ${endpoint.text}`;
  const remedy = fault.kind === 'absent' || fault.kind === 'missing' ? `; to have one: ${setupOf(fault, model)}` : '';
  return `${what} (${fault.reason}): rules alone${remedy}`;
}

function failureOf(fault: ModelFault, { endpoint, model }: ModelRequest): Failure {
  const isAway = fault.kind === 'absent' || fault.kind === 'missing';
  return new Failure(
    fault.kind === 'late' ? EXIT.timeout : EXIT.unavailable,
    `--ai always: the model at ${endpoint.text}: ${fault.reason}`,
    { hint: isAway ? setupOf(fault, model) : null },
  );
}

/** What kind of data leaves this machine, and where to. */
function sentWhere({ endpoint, redacts }: ModelRequest): string {
  const what = redacts
    ? 'protocols, counts, rates, round-trip times, registered domain names and findings, with tokens in place of addresses and other names'
    : 'protocols, counts, rates, round-trip times, findings, addresses, host names and quoted texts, not redacted';
  return `sent to ${endpoint.text}, which may be another machine${endpoint.secure ? '' : ', unencrypted'}: ${what}`;
}
