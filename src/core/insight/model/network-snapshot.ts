import type { AnyRow, Section } from '../../record/table.ts';
import type { EndpointRow } from '../../record/tables/endpoint.ts';
import type { ExpertRow } from '../../record/tables/expert.ts';
import type { InsightRow } from '../../record/tables/insight.ts';
import type { ProbeRow } from '../../record/tables/probe.ts';
import type { ProtocolRow } from '../../record/tables/protocol.ts';
import type { StatisticName } from '../../stats/names.ts';
import type { Observation } from '../observation.ts';

/** Packets of a protocol, or that went to an address. */
export interface Counted {
  readonly name: string;
  readonly packets: number;
}

/** A kind of thing that the dissector found worth looking at. */
export interface ExpertCount {
  readonly id: string;
  readonly summary: string;
  readonly packets: number;
}

/** What a model is told of a network: what was seen of it, and what the rules found. Null is what is not known. */
export interface NetworkSnapshot {
  readonly total_packets: number | null;
  /** The most frequent protocols. */
  readonly protocol_counts: readonly Counted[];
  /** The addresses to which most packets went. */
  readonly top_talkers: readonly Counted[];
  /** Names that were asked for, each once. */
  readonly dns_queries: readonly string[];
  readonly expert_errors: readonly ExpertCount[];
  readonly expert_warnings: readonly ExpertCount[];
  readonly connections_established: number | null;
  readonly connections_other: number | null;
  readonly gateway_rtt_ms: number | null;
  readonly gateway_loss_pct: number | null;
  readonly dns_rtt_ms: number | null;
  readonly dns_loss_pct: number | null;
  /** Bytes per second of all interfaces together. */
  readonly bandwidth_rx: number | null;
  readonly bandwidth_tx: number | null;
  /** What the rules found, the gravest first. */
  readonly findings: readonly InsightRow[];
}

const MOST_PROTOCOLS = 20;
const MOST_TALKERS = 10;
const MOST_NAMES = 20;
const MOST_EXPERTS = 10;
const MOST_FINDINGS = 30;

/** The statistics that a snapshot is made of. */
export const SNAPSHOT_STATISTICS = [
  'protocols',
  'endpoints',
  'expert',
  'dns',
] as const satisfies readonly StatisticName[];

/**
 * Gathers a snapshot from the same observations that rules are told of, and from sections of statistics. It holds a few
 * rows of each kind, however many come.
 */
export class SnapshotGatherer {
  readonly statistics = SNAPSHOT_STATISTICS;
  private total: number | null = null;
  private protocols: readonly Counted[] = [];
  private talkers: readonly Counted[] = [];
  private experts: readonly ExpertRow[] = [];
  private readonly names = new Set<string>();
  private connections: { readonly established: number; readonly other: number } | null = null;
  private gateway: Health = UNKNOWN;
  private dns: Health = UNKNOWN;
  private bandwidth: { readonly rx: number | null; readonly tx: number | null } = { rx: null, tx: null };

  ingest({ type, value }: Observation): void {
    switch (type) {
      case 'dns_query':
        if (value.name !== null && value.name !== '' && this.names.size < MOST_NAMES) this.names.add(value.name);
        break;
      case 'conn':
        this.connections = countConnections(value);
        break;
      case 'probe':
        // a look between two rounds
        if (value.length === 0) break;
        this.gateway = healthOf(value, ({ target }) => target === 'gateway');
        this.dns = healthOf(value, ({ kind, target }) => kind === 'dns' || target === 'dns');
        break;
      case 'iface':
        this.bandwidth = { rx: sumOf(value, 'rx_rate'), tx: sumOf(value, 'tx_rate') };
        break;
    }
  }

  /** Reads the rows of the statistics that only a snapshot needs: protocols, endpoints and expert. Leaves the others alone. */
  ingestSections(sections: readonly Section[]): void {
    for (const { table, rows } of sections) {
      if (table.type === 'protocol') this.ingestProtocols(rows as Iterable<unknown> as Iterable<ProtocolRow>);
      else if (table.type === 'endpoint')
        this.talkers = most(
          rows as Iterable<unknown> as Iterable<EndpointRow>,
          MOST_TALKERS,
          ({ addr, rx_packets }) => ({ name: addr, packets: rx_packets }),
        );
      else if (table.type === 'expert') this.experts = [...(rows as Iterable<unknown> as Iterable<ExpertRow>)];
    }
  }

  snapshot(findings: readonly InsightRow[]): NetworkSnapshot {
    return {
      total_packets: this.total,
      protocol_counts: this.protocols,
      top_talkers: this.talkers,
      dns_queries: [...this.names],
      expert_errors: expertsOf(this.experts, 'error'),
      expert_warnings: expertsOf(this.experts, 'warn'),
      connections_established: this.connections?.established ?? null,
      connections_other: this.connections?.other ?? null,
      gateway_rtt_ms: this.gateway.rttMs,
      gateway_loss_pct: this.gateway.lossPct,
      dns_rtt_ms: this.dns.rttMs,
      dns_loss_pct: this.dns.lossPct,
      bandwidth_rx: this.bandwidth.rx,
      bandwidth_tx: this.bandwidth.tx,
      findings: findings.filter(({ source }) => source === 'rules').slice(0, MOST_FINDINGS),
    };
  }

  /** A protocol may stand at several paths; a packet that holds it twice counts twice, as in the hierarchy. */
  private ingestProtocols(rows: Iterable<ProtocolRow>): void {
    const counts = new Map<string, number>();
    this.total = 0;
    for (const { path, proto, packets } of rows) {
      if (!path.includes('/')) this.total += packets;
      counts.set(proto, (counts.get(proto) ?? 0) + packets);
    }
    this.protocols = most(counts, MOST_PROTOCOLS, ([name, packets]) => ({ name, packets }));
  }
}

interface Health {
  readonly rttMs: number | null;
  readonly lossPct: number | null;
}
const UNKNOWN: Health = { rttMs: null, lossPct: null };

/** The worst of the targets: what is best says nothing of the others. */
function healthOf(rows: readonly ProbeRow[], isMeant: (row: ProbeRow) => boolean): Health {
  const those = rows.filter(isMeant);
  const worst = (values: readonly (number | null)[]): number | null =>
    values.reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
  return {
    rttMs: worst(those.map(({ rtt_avg_ms }) => rtt_avg_ms)),
    lossPct: worst(those.map(({ loss_pct }) => loss_pct)),
  };
}

function countConnections(rows: Iterable<{ readonly state: string | null }>): { established: number; other: number } {
  const counts = { established: 0, other: 0 };
  for (const { state } of rows) counts[state === 'ESTABLISHED' ? 'established' : 'other']++;
  return counts;
}

/** Null when no row knows it. The loopback is not the network. */
function sumOf(rows: readonly AnyRow[], field: 'rx_rate' | 'tx_rate'): number | null {
  let sum: number | null = null;
  for (const row of rows) {
    const value = row[field];
    if (row.kind !== 'loopback' && typeof value === 'number') sum = (sum ?? 0) + value;
  }
  return sum === null ? null : Math.round(sum);
}

const expertsOf = (rows: readonly ExpertRow[], severity: ExpertRow['severity']): readonly ExpertCount[] =>
  rows
    .filter((row) => row.severity === severity)
    .slice(0, MOST_EXPERTS)
    .map(({ id, summary, packets }) => ({ id, summary, packets }));

/** The rows with most packets. Holds twice as many as it returns. */
function most<R>(rows: Iterable<R>, count: number, of: (row: R) => Counted): readonly Counted[] {
  let kept: Counted[] = [];
  const cut = (): void => {
    kept = kept.sort((a, b) => b.packets - a.packets).slice(0, count);
  };
  for (const row of rows) {
    const counted = of(row);
    if (counted.packets === 0) continue;
    kept.push(counted);
    if (kept.length >= 2 * count) cut();
  }
  cut();
  return kept;
}
