import type { CommentaryStatus } from '../../../core/insight/model/model-commentary.ts';
import type { Observation } from '../../../core/insight/observation.ts';
import type { Instant } from '../../../core/instant.ts';
import type { Limit } from '../../../core/limit.ts';
import type { Section } from '../../../core/record/table.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { HostRow } from '../../../core/record/tables/network-config.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import { HISTORY, type Machine, type RateHistory, type TargetHistory, UNSEEN } from '../model/machine.ts';
import { ConnectionTracker } from './connection-tracker.ts';
import { RemoteMemory } from './remote-memory.ts';

/** Records that come once each, and how many of a type are kept. */
const MESSAGES: ReadonlySet<string> = new Set(['dns_query', 'http_request', 'tls_session']);
const MOST_MESSAGES = 1000;

/** Collects what looks and rounds delivered into the next `Machine`. */
export class MachineHistory {
  private machine: Machine = UNSEEN;
  private readonly tracker = new ConnectionTracker();
  private readonly remotes = new RemoteMemory();

  get current(): Machine {
    return this.machine;
  }

  /** Takes what a sampler observed, each kind as it is now, in milliseconds since 1970. */
  ingest({ type, value }: Observation, now: number): void {
    switch (type) {
      case 'conn':
        this.tracker.ingest(value, now);
        this.machine = {
          ...this.machine,
          conns: value,
          tracked: this.tracker.tracked(),
          newRemotes: this.remotes.ingest(value, now),
          closedTraffic: this.tracker.closedTraffic,
        };
        break;
      case 'iface':
        this.machine = {
          ...this.machine,
          ifaces: value,
          rates: this.ratesWith(value),
          bandwidth: this.bandwidthWith(value),
        };
        break;
      case 'route':
        this.machine = { ...this.machine, routes: value };
        break;
      case 'dns_server':
        this.machine = { ...this.machine, dnsServers: value };
        break;
      case 'neighbor':
        this.machine = { ...this.machine, neighbors: value };
        break;
      default:
        break;
    }
  }

  /** Takes records of statistics: those of messages come once each, of the others all there are. */
  ingestSections(sections: readonly Section[]): void {
    const statistics = new Map(this.machine.statistics);
    const messages = new Map(this.machine.messages);
    for (const { table, rows } of sections) {
      const fresh = [...rows];
      const isMessage = MESSAGES.has(table.type);
      if (isMessage) messages.set(table.type, (messages.get(table.type) ?? 0) + fresh.length);
      statistics.set(
        table.type,
        isMessage ? [...(statistics.get(table.type) ?? []), ...fresh].slice(-MOST_MESSAGES) : fresh,
      );
    }
    this.machine = { ...this.machine, statistics, messages };
  }

  setHost(host: HostRow): void {
    this.machine = { ...this.machine, host };
  }

  /** The rows of a whole round: what is no longer probed takes its history with it. */
  addRound(rows: readonly ProbeRow[]): void {
    const before = this.machine.health;
    const health = new Map<string, TargetHistory>();
    for (const row of rows) {
      // a target can be several: each gateway is one, while a name may have another address in every round
      const isOne = rows.every((other) => other === row || other.target !== row.target);
      const key = isOne ? row.target : `${row.target} ${row.addr}`;
      health.set(key, { row, rtts: lengthened(before.get(key)?.rtts ?? [], row.rtt_avg_ms) });
    }
    this.machine = { ...this.machine, health };
  }

  /** Ends a look. */
  finish(
    at: Instant,
    insights: readonly InsightRow[],
    commentary: CommentaryStatus | null,
    limits: readonly Limit[],
  ): Machine {
    this.machine = { ...this.machine, at, insights, commentary, limits: distinct(limits) };
    return this.machine;
  }

  /** Interfaces that are gone take their history with them. */
  private ratesWith(ifaces: readonly IfaceRow[]): ReadonlyMap<string, RateHistory> {
    return new Map(
      ifaces.map(({ name, rx_rate, tx_rate }) => {
        const { rx, tx } = this.machine.rates.get(name) ?? { rx: [], tx: [] };
        return [name, { rx: lengthened(rx, rx_rate), tx: lengthened(tx, tx_rate) }];
      }),
    );
  }

  private bandwidthWith(ifaces: readonly IfaceRow[]): RateHistory {
    const { rx, tx } = this.machine.bandwidth;
    const counted = ifaces.filter(({ kind }) => kind !== 'loopback');
    return {
      rx: lengthened(rx, sumOf(counted.map(({ rx_rate }) => rx_rate))),
      tx: lengthened(tx, sumOf(counted.map(({ tx_rate }) => tx_rate))),
    };
  }
}

/** Null where none is known. */
const sumOf = (rates: readonly (number | null)[]): number | null =>
  rates.reduce((sum, rate) => (rate === null ? sum : (sum ?? 0) + rate), null);

const lengthened = <T>(values: readonly T[], value: T): readonly T[] => [...values.slice(1 - HISTORY), value];

/** One limit of each kind, without those that nothing grants. */
function distinct(limits: readonly Limit[]): readonly Limit[] {
  const byKind = new Map<string, Limit>();
  for (const limit of limits) if (limit.isFinal !== true) byKind.set(limit.subject ?? limit.what, limit);
  return [...byKind.values()];
}
