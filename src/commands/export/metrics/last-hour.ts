import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import { HourOfValues, type Point } from './hour.ts';

interface Counted {
  readonly at: number;
  readonly rx: number | null;
  readonly tx: number | null;
}

/** The last hour of interfaces, targets and findings. Time is of the monotonic clock. */
export class LastHour {
  private readonly values = new HourOfValues();
  private counted: ReadonlyMap<string, Counted> = new Map();

  takeInterfaces(rows: readonly IfaceRow[], at: number): void {
    const counted = new Map<string, Counted>();
    for (const { name, rx_bytes: rx, tx_bytes: tx } of rows) {
      const before = this.counted.get(name);
      counted.set(name, { at, rx, tx });
      if (before === undefined || at <= before.at) continue;
      this.values.add(`received ${name}`, at, rateOf(before.rx, rx, at - before.at));
      this.values.add(`sent ${name}`, at, rateOf(before.tx, tx, at - before.at));
    }
    this.counted = counted;
  }

  takeRound({ target, kind, rtt_avg_ms: rtt }: Pick<ProbeRow, 'target' | 'kind' | 'rtt_avg_ms'>, at: number): void {
    this.values.add(`round ${kind} ${target}`, at, rtt);
  }

  takeFindings(rows: readonly InsightRow[] | null, at: number): void {
    this.values.add('findings', at, rows?.length ?? null);
  }

  /** Bytes per second. */
  received(name: string, now: number): readonly Point[] {
    return this.values.of(`received ${name}`, now);
  }

  sent(name: string, now: number): readonly Point[] {
    return this.values.of(`sent ${name}`, now);
  }

  /** Milliseconds to an answer. */
  rounds({ target, kind }: Pick<ProbeRow, 'target' | 'kind'>, now: number): readonly Point[] {
    return this.values.of(`round ${kind} ${target}`, now);
  }

  /** How many held. */
  findings(now: number): readonly Point[] {
    return this.values.of('findings', now);
  }
}

/** Per second; null where a counter is unknown, or begins anew. */
function rateOf(before: number | null, after: number | null, millis: number): number | null {
  return before === null || after === null || after < before ? null : ((after - before) * 1000) / millis;
}
