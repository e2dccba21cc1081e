import type { Instant } from '../instant.ts';
import type { Socket, SocketReading } from './socket.ts';

/** A TCP flow that carries an MPTCP session now. */
export interface SessionPath {
  /** The same as long as it is there. */
  readonly key: string;
  readonly iface: string | null;
  readonly local: { readonly addr: string; readonly port: number };
  readonly remote: { readonly addr: string; readonly port: number };
  /** Whether a side asked that it be used only when the others fail; null where that is not known. */
  readonly isBackup: boolean | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/** An MPTCP session that is open. */
export interface MultipathSession {
  readonly token: string;
  /** When it was first seen; null for what was there at the first look. */
  readonly since: string | null;
  /** Flows that it had and has no more, since then. */
  readonly lost: number;
  readonly paths: readonly SessionPath[];
}

/** The sessions of a look; `lost` counts flows that ended before their session did, since the first look. */
export interface MultipathLook {
  readonly sessions: readonly MultipathSession[];
  readonly lost: number;
}

/** Readings of sockets and times in, sessions out. */
export interface MultipathSessions {
  ingest(reading: Pick<SocketReading, 'sockets' | 'ifaceOf'>, at: Instant): MultipathLook;
}

interface Kept {
  readonly since: string | null;
  lost: number;
  keys: ReadonlySet<Socket['key']>;
  /** Flows that were missing at the last look; the session may just have been closing. */
  missing: number;
}

/** Sessions of which something is kept; those beyond are listed, too. */
const MOST_KEPT = 10_000;

export function openMultipathSessions(): MultipathSessions {
  let kept = new Map<string, Kept>();
  let isFirst = true;
  let lost = 0;
  return {
    ingest({ sockets, ifaceOf }, at) {
      const flows = new Map<string, Socket[]>();
      for (const socket of sockets) {
        if (socket.proto === 'mptcp' && socket.state === 'ESTABLISHED' && socket.mptcp_token !== null)
          flows.set(socket.mptcp_token, []);
      }
      for (const socket of sockets) {
        if (socket.proto === 'tcp' && socket.state === 'ESTABLISHED' && socket.mptcp_token !== null)
          flows.get(socket.mptcp_token)?.push(socket);
      }
      const now = new Map<string, Kept>();
      const sessions = [...flows].map(([token, own]): MultipathSession => {
        const before = kept.get(token) ?? { since: isFirst ? null : at.time, lost: 0, keys: new Set(), missing: 0 };
        const keys = new Set(own.map(({ key }) => key));
        let missing = 0;
        for (const key of before.keys) if (!keys.has(key)) missing++;
        // it was still open a look later
        lost += before.missing;
        const next = { since: before.since, lost: before.lost + before.missing, keys, missing };
        if (now.size < MOST_KEPT) now.set(token, next);
        return {
          token,
          since: next.since,
          lost: next.lost,
          paths: own.map((socket) => pathOf(socket, ifaceOf(socket))),
        };
      });
      kept = now;
      isFirst = false;
      return { sessions, lost };
    },
  };
}

function pathOf(socket: Socket, iface: string | null): SessionPath {
  const { key, local_addr, local_port, remote_addr, remote_port, mptcp_backup, rx_bytes, tx_bytes } = socket;
  return {
    key: String(key),
    iface,
    local: { addr: local_addr, port: local_port },
    remote: { addr: remote_addr ?? '', port: remote_port ?? 0 },
    isBackup: mptcp_backup === null ? null : mptcp_backup !== 'none',
    rxBytes: rx_bytes,
    txBytes: tx_bytes,
  };
}
