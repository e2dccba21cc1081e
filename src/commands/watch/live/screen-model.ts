import { RULES } from '../../../core/insight/all-rules.ts';
import { type CommentaryStatus, ModelCommentary } from '../../../core/insight/model/model-commentary.ts';
import { SNAPSHOT_STATISTICS, SnapshotGatherer } from '../../../core/insight/model/network-snapshot.ts';
import { vocabularyOf } from '../../../core/insight/model/vocabulary.ts';
import type { Observation } from '../../../core/insight/observation.ts';
import type { Instant } from '../../../core/instant.ts';
import type { Section } from '../../../core/record/table.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { Clock } from '../../../core/system/clock.ts';
import { openOllama } from '../../../platform/model/ollama.ts';
import type { ModelRequest } from '../../insights/model-options.ts';

/** A model is asked so often, and seldom while none is there. */
const EVERY_MS = 15_000;
const ABSENT_MS = 60_000;

/** What a local model says of the machine, as the screen asks it: every 15 seconds, and when somebody wants it. */
export class ScreenModel {
  readonly statistics = SNAPSHOT_STATISTICS;
  private readonly gatherer = new SnapshotGatherer();
  private readonly commentary: ModelCommentary;
  private readonly clock: Clock;
  private due = Number.NEGATIVE_INFINITY;

  constructor({ endpoint, model, timeoutMs, redacts }: ModelRequest, clock: Clock) {
    this.clock = clock;
    const ollama = openOllama(endpoint, model, timeoutMs, clock);
    this.commentary = new ModelCommentary(ollama.ask, { model, redacts, vocabulary: vocabularyOf(RULES) });
  }

  get status(): CommentaryStatus {
    return this.commentary.status;
  }

  ingest(observation: Observation): void {
    this.gatherer.ingest(observation);
  }

  ingestSections(sections: readonly Section[]): void {
    this.gatherer.ingestSections(sections);
  }

  /** Asks at the next look. */
  askNow(): void {
    this.due = Number.NEGATIVE_INFINITY;
  }

  /** Asks about this look when it is time, and returns what the last answer said; it never waits. */
  look(rows: readonly InsightRow[], at: Instant): readonly InsightRow[] {
    const now = this.clock.monotonic();
    if (now >= this.due) {
      this.due = now + (this.status.state === 'ollama_unavailable' ? ABSENT_MS : EVERY_MS);
      void this.commentary.ask(this.gatherer.snapshot(rows), Date.parse(at.time) / 1000, at.time);
    }
    return this.commentary.rows;
  }

  close(): void {
    this.commentary.close();
  }
}
