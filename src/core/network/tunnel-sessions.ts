import type { Instant } from '../instant.ts';
import type { TunnelRow } from '../record/tables/tunnel.ts';

/** A tunnel as it is now, without what only several looks tell. */
export interface TunnelSample extends Omit<TunnelRow, 'time' | 'reconnects' | 'up_since' | 'handshake_age_s'> {
  /** Index of the device: another one is another device of the same name. */
  readonly index: number;
  /** When the process that holds it started. */
  readonly process_start: string | null;
}

/** Tunnels and times in, `tunnel` records out: since when each is up, and how often it came up again. */
export interface TunnelSessions {
  ingest(samples: readonly TunnelSample[], at: Instant): TunnelRow[];
}

/** What is kept of a tunnel from look to look, also while it is gone. */
interface Kept {
  /** As it was last seen up; null when it never was. */
  up: TunnelSample | null;
  /** Whether it was up at the last look. */
  isUp: boolean;
  since: string | null;
  reconnects: number;
}

/** Tunnels of which something is kept: the one that was seen first goes first. */
const MOST_KEPT = 10_000;

export function openTunnelSessions(): TunnelSessions {
  const kept = new Map<string, Kept>();
  let isFirst = true;
  return {
    ingest(samples, at) {
      const rows = samples.map((sample) => {
        const key = `${sample.iface} ${sample.peer}`;
        const session = kept.get(key) ?? { up: null, isUp: false, since: null, reconnects: 0 };
        kept.set(key, session);
        if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
        note(session, sample, isFirst ? null : at.time);
        return rowOf(sample, session, isFirst, at);
      });
      const present = new Set(samples.map((sample) => `${sample.iface} ${sample.peer}`));
      for (const [key, session] of kept) if (!present.has(key)) session.isUp = false;
      isFirst = false;
      return rows;
    },
  };
}

/** `now` is null at the first look, which does not know when what is up came up. */
function note(session: Kept, sample: TunnelSample, now: string | null): void {
  const isUp = sample.state === 'up';
  if (isUp) {
    const again = session.up !== null && (!session.isUp || isAnother(session.up, sample));
    if (again) session.reconnects++;
    if (again || (session.up === null && now !== null)) session.since = now;
    else session.since ??= sample.process_start;
    session.up = session.up === null || again ? sample : withKnownOf(session.up, sample);
  }
  session.isUp = isUp;
}

/** What is not to be seen at a look, as between two flows or two processes, is compared as it was before. */
function withKnownOf(last: TunnelSample, now: TunnelSample): TunnelSample {
  const { proto, local_port, remote_addr, remote_port } = now.proto === null ? last : now;
  const { pid, process_start } = now.pid === null ? last : now;
  return { ...now, proto, local_port, remote_addr, remote_port, pid, process_start };
}

/** Whether the same device is carried by another session than before. */
function isAnother(before: TunnelSample, seen: TunnelSample): boolean {
  const now = withKnownOf(before, seen);
  if (before.index !== now.index) return true;
  if (before.pid !== null && (before.pid !== now.pid || before.process_start !== now.process_start)) return true;
  // a WireGuard session goes on when its peer comes from elsewhere
  if (now.kind === 'wireguard' || before.proto === null) return false;
  return (
    before.proto !== now.proto ||
    before.remote_addr !== now.remote_addr ||
    before.remote_port !== now.remote_port ||
    before.local_port !== now.local_port
  );
}

function rowOf(sample: TunnelSample, { since, reconnects }: Kept, isFirst: boolean, at: Instant): TunnelRow {
  const age = sample.last_handshake === null ? null : Date.parse(at.time) - Date.parse(sample.last_handshake);
  return {
    time: at.time,
    iface: sample.iface,
    kind: sample.kind,
    state: sample.state,
    peer: sample.peer,
    pid: sample.pid,
    process: sample.process,
    proto: sample.proto,
    local_addr: sample.local_addr,
    local_port: sample.local_port,
    remote_addr: sample.remote_addr,
    remote_port: sample.remote_port,
    outer_iface: sample.outer_iface,
    outer_flows: sample.outer_flows,
    inner: sample.inner,
    rx_bytes: sample.rx_bytes,
    tx_bytes: sample.tx_bytes,
    last_handshake: sample.last_handshake,
    handshake_age_s: age === null ? null : Math.max(0, Math.round(age / 1000)),
    up_since: sample.state === 'up' ? since : null,
    reconnects: isFirst ? null : reconnects,
  };
}
