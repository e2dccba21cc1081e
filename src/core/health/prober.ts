import type { HopRow } from '../record/tables/hop.ts';
import type { ProbeRow } from '../record/tables/probe.ts';

/** What a kind of probe finds beside the time, in the fields of the record that are its own. */
export type Findings = Partial<
  Pick<
    ProbeRow,
    | 'method'
    | 'dns_ms'
    | 'connect_ms'
    | 'tls_ms'
    | 'first_byte_ms'
    | 'total_ms'
    | 'http_status'
    | 'body_bytes'
    | 'body_rate'
    | 'rcode'
    | 'answers'
    | 'authentic'
    | 'tls_version'
    | 'tls_cipher'
    | 'tls_issuer'
    | 'tls_subject'
    | 'tls_expires'
    | 'tls_days'
    | 'tls_certificates'
    | 'tls_alpn'
    | 'mapped_addr'
    | 'mapped_port'
    | 'nat'
    | 'offset_ms'
    | 'stratum'
    | 'hops'
    | 'mtu_bytes'
  >
>;

/** What became of one probe. */
export interface Reply {
  /** Milliseconds to the answer; null when there was none. */
  readonly rttMs: number | null;
  /** Whether it answered as it should; null when that cannot be told here: nothing could be asked. */
  readonly ok: boolean | null;
  /** Who was asked; null when the name has no address. */
  readonly addr: string | null;
  /** What was found, or why it failed, in a few words that may come from outside. */
  readonly detail: string;
  readonly findings: Findings;
  /** When it came, by the clock of the round in milliseconds, where answers may overtake one another; else null. */
  readonly at: number | null;
}

/** Asks one target, again and again. */
export interface Prober {
  /**
   * Sends one probe and resolves with what became of it, at the latest after `timeoutMs`, or when `signal` aborts. What
   * goes wrong is in the reply: it never rejects.
   */
  send(timeoutMs: number, signal: AbortSignal): Promise<Reply>;
  /** Answers that came again since this was last asked; null for a kind in which none can. */
  duplicates(): number | null;
  /** The hops of the path, as the probes since this was last asked found them; absent for a kind that looks at none. */
  hops?(): readonly Omit<HopRow, 'time' | 'target'>[];
  close(): void;
}
