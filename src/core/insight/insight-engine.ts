import { type InsightRow, SEVERITY_RANK } from '../record/tables/insight.ts';
import { takeAll } from '../slices.ts';
import type { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import { MOST_EVIDENCE } from './evidence.ts';
import type { Observation, ObservedType } from './observation.ts';
import type { OpenRule, Rule } from './rule.ts';
import { Shared } from './shared.ts';
import type { ThresholdSettings } from './thresholds.ts';

/** Findings of one rule in one answer; those after them are counted. */
export const MOST_FINDINGS = 20;

/** What the rules found, and how much more of it there is. */
export interface Found {
  readonly rows: readonly InsightRow[];
  /** By rule, the findings that are not among the rows. */
  readonly more: ReadonlyMap<string, number>;
}

/**
 * The rules at work. `ingest` tells all of them what was observed, `found` says what follows from it. A rule that throws
 * costs what it would have found, and is noted among the faults.
 */
export class InsightEngine {
  /** What any of the rules reads; nothing else need be observed. */
  readonly reads: ReadonlySet<ObservedType>;
  private readonly opened: readonly (readonly [Rule, OpenRule])[];
  private readonly listeners: ReadonlyMap<ObservedType, readonly ((value: unknown, at: number) => void)[]>;
  private readonly faults: Faults;

  /** With `lingerS`, a finding leaves so many seconds after the last of what it was found in. */
  constructor(rules: readonly Rule[], settings: ThresholdSettings, faults: Faults, lingerS = Number.POSITIVE_INFINITY) {
    this.faults = faults;
    const shared = new Shared(lingerS);
    this.opened = rules.map((one) => [one, one.open(settings.of(one), shared)]);
    const listeners = new Map<ObservedType, ((value: unknown, at: number) => void)[]>();
    for (const [, open] of this.opened) {
      for (const [type, listener] of Object.entries(open)) {
        if (type === 'findings' || type === 'clockJumped') continue;
        const those = listeners.get(type as ObservedType) ?? [];
        listeners.set(type as ObservedType, those);
        those.push(listener);
      }
    }
    this.listeners = listeners;
    this.reads = new Set(listeners.keys());
  }

  /** What takes each packet, for `PacketFeed.listen`: one for all rules, so that the time is worked out once. */
  packetListeners(): readonly ((packet: Packet) => void)[] {
    const listeners = this.listeners.get('packet') ?? [];
    const { faults } = this;
    const take = (packet: Packet): void => {
      const at = packet.seconds + packet.nanoseconds / 1e9;
      for (let index = 0; index < listeners.length; index++) {
        try {
          listeners[index]!(packet, at);
        } catch (error) {
          faults.note(packet, error);
        }
      }
    };
    return listeners.length === 0 ? [] : [take];
  }

  ingest(observation: Observation, at: number): void {
    takeAll(this.ingesting(observation, at));
  }

  /** The same, a step for each rule. */
  *ingesting({ type, value }: Observation, at: number): Generator<void, void> {
    for (const listener of this.listeners.get(type) ?? []) {
      try {
        listener(value, at);
      } catch (error) {
        this.faults.note(null, error);
      }
      yield;
    }
  }

  /** The clock of this machine was set, or it slept: by so many seconds more went by than were measured. */
  clockJumped(by: number): void {
    for (const [, open] of this.opened) {
      try {
        open.clockJumped?.(by);
      } catch (error) {
        this.faults.note(null, error);
      }
    }
  }

  /** What holds at `at`, in seconds since 1970: the gravest first, then by rule. `time` is what the rows say. */
  found(at: number, time: string | null): Found {
    return takeAll(this.finding(at, time));
  }

  /** The same, a step for each rule. */
  *finding(at: number, time: string | null): Generator<void, Found> {
    const rows: InsightRow[] = [];
    const more = new Map<string, number>();
    for (const [of, open] of this.opened) {
      const own = this.rowsOf(of, open, at, time);
      rows.push(...own.slice(0, MOST_FINDINGS));
      if (own.length > MOST_FINDINGS) more.set(of.name, own.length - MOST_FINDINGS);
      yield;
    }
    return { rows: rows.sort(byRank), more };
  }

  private rowsOf(of: Rule, open: OpenRule, at: number, time: string | null): InsightRow[] {
    const rows: InsightRow[] = [];
    try {
      for (const finding of open.findings(at)) {
        rows.push({
          time,
          rule: of.name,
          severity: finding.severity ?? of.severity,
          confidence: finding.confidence,
          summary: finding.summary,
          evidence: finding.evidence.slice(0, MOST_EVIDENCE),
          since: finding.since,
          advice: finding.advice ?? of.advice,
          subject: finding.subject,
          source: 'rules',
        });
      }
    } catch (error) {
      this.faults.note(null, error);
    }
    return rows.sort(byRank);
  }
}

const byRank = (a: InsightRow, b: InsightRow): number => SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity];
