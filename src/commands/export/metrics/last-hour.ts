import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import type { TunnelRow } from '../../../core/record/tables/tunnel.ts';
import type { MultipathSession, SessionPath } from '../../../core/socket/multipath-sessions.ts';
import { HourOfValues, type Point } from './hour.ts';

interface Counted {
  readonly at: number;
  readonly rx: number | null;
  readonly tx: number | null;
}

/** Names of tunnels, and of paths. Clients open sessions: what these take is no room of others. */
const MOST_OF_TUNNELS = 200;
const MOST_OF_PATHS = 400;

/** The last hour of interfaces, tunnels, paths, targets and findings. Time is of the monotonic clock. */
export class LastHour {
  private readonly values = new HourOfValues();
  private readonly interfaces = new HourOfRates(this.values);
  private readonly tunnels = new HourOfRates(new HourOfValues(MOST_OF_TUNNELS));
  private readonly paths = new HourOfRates(new HourOfValues(MOST_OF_PATHS));

  takeInterfaces(rows: readonly IfaceRow[], at: number): void {
    this.interfaces.take(
      rows.map(({ name, rx_bytes: rx, tx_bytes: tx }) => ({ name, rx, tx })),
      at,
    );
  }

  takeTunnels(rows: readonly TunnelRow[], at: number): void {
    this.tunnels.take(
      rows.map((row) => ({ name: nameOfTunnel(row), rx: row.rx_bytes, tx: row.tx_bytes })),
      at,
    );
  }

  takePaths(sessions: readonly MultipathSession[], at: number): void {
    this.paths.take(
      sessions.flatMap(({ token, paths }) =>
        paths.map((path) => ({ name: nameOfPath(token, path), rx: path.rxBytes, tx: path.txBytes })),
      ),
      at,
    );
  }

  takeRound(row: Asked & Pick<ProbeRow, 'rtt_avg_ms'>, at: number): void {
    this.values.add(nameOfRounds(row), at, row.rtt_avg_ms);
  }

  takeFindings(rows: readonly InsightRow[] | null, at: number): void {
    this.values.add('findings', at, rows?.length ?? null);
  }

  /** Bytes per second. */
  received(name: string, now: number): readonly Point[] {
    return this.interfaces.received(name, now);
  }

  sent(name: string, now: number): readonly Point[] {
    return this.interfaces.sent(name, now);
  }

  fromTunnel(row: TunnelRow, now: number): readonly Point[] {
    return this.tunnels.received(nameOfTunnel(row), now);
  }

  intoTunnel(row: TunnelRow, now: number): readonly Point[] {
    return this.tunnels.sent(nameOfTunnel(row), now);
  }

  fromPath(token: string, path: SessionPath, now: number): readonly Point[] {
    return this.paths.received(nameOfPath(token, path), now);
  }

  intoPath(token: string, path: SessionPath, now: number): readonly Point[] {
    return this.paths.sent(nameOfPath(token, path), now);
  }

  /** Milliseconds to an answer. */
  rounds(row: Asked, now: number): readonly Point[] {
    return this.values.of(nameOfRounds(row), now);
  }

  /** How many held. */
  findings(now: number): readonly Point[] {
    return this.values.of('findings', now);
  }
}

/** What tells a target from others: a gateway has an address in each family. */
type Asked = Pick<ProbeRow, 'target' | 'kind' | 'host'>;

const nameOfRounds = ({ target, kind, host }: Asked): string => `round ${kind} ${target} ${host}`;
const nameOfTunnel = ({ iface, peer }: TunnelRow): string => `${iface} ${peer}`;
const nameOfPath = (token: string, { key }: SessionPath): string => `${token} ${key}`;

/** Counters of things with names, as rates. */
class HourOfRates {
  private readonly values: HourOfValues;
  private counted: ReadonlyMap<string, Counted> = new Map();

  constructor(values: HourOfValues) {
    this.values = values;
  }

  take(rows: readonly (Omit<Counted, 'at'> & { readonly name: string })[], at: number): void {
    const counted = new Map<string, Counted>();
    for (const { name, rx, tx } of rows) {
      const before = this.counted.get(name);
      counted.set(name, { at, rx, tx });
      if (before === undefined || at <= before.at) continue;
      this.values.add(`received ${name}`, at, rateOf(before.rx, rx, at - before.at));
      this.values.add(`sent ${name}`, at, rateOf(before.tx, tx, at - before.at));
    }
    this.counted = counted;
  }

  received(name: string, now: number): readonly Point[] {
    return this.values.of(`received ${name}`, now);
  }

  sent(name: string, now: number): readonly Point[] {
    return this.values.of(`sent ${name}`, now);
  }
}

/** Per second; null where a counter is unknown, or begins anew. */
function rateOf(before: number | null, after: number | null, millis: number): number | null {
  return before === null || after === null || after < before ? null : ((after - before) * 1000) / millis;
}
