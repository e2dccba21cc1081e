import type { ConnRow } from '../record/tables/conn.ts';
import type { ConversationRow } from '../record/tables/conversation.ts';
import type { CounterRow } from '../record/tables/counter.ts';
import type { DnsQueryRow } from '../record/tables/dns-query.ts';
import type { HandshakeRow } from '../record/tables/handshake.ts';
import type { HttpRequestRow } from '../record/tables/http-request.ts';
import type { IfaceRow } from '../record/tables/iface.ts';
import type { DnsServerRow, NeighborRow, RouteRow } from '../record/tables/network-config.ts';
import type { ProbeRow } from '../record/tables/probe.ts';
import type { TlsSessionRow } from '../record/tables/tls-session.ts';
import type { Packet } from '../wire/packet.ts';

/**
 * What rules are told of, by record type. One row: each record of a message, once. An array: all records there are at
 * that moment, again at every look (of streams those of the last ten minutes); of a capture, once at its end.
 */
export interface Observed {
  /** Each packet, dissected; the object is used again for the next, so that only values may be kept of it. */
  readonly packet: Packet;
  readonly dns_query: DnsQueryRow;
  readonly tls_session: TlsSessionRow;
  readonly http_request: HttpRequestRow;
  readonly handshake: readonly HandshakeRow[];
  readonly conversation: readonly ConversationRow[];
  /** The sockets of this machine; a capture has none. */
  readonly conn: readonly ConnRow[];
  readonly iface: readonly IfaceRow[];
  readonly counter: readonly CounterRow[];
  readonly neighbor: readonly NeighborRow[];
  readonly route: readonly RouteRow[];
  readonly dns_server: readonly DnsServerRow[];
  /** The targets of a round of probes. */
  readonly probe: readonly ProbeRow[];
}
export type ObservedType = keyof Observed;

export type Observation = {
  [T in ObservedType]: { readonly type: T; readonly value: Observed[T] };
}[ObservedType];

/** What takes an observation; `at` is in seconds since 1970, NaN where a capture has no times. */
export type Listener<T extends ObservedType> = (value: Observed[T], at: number) => void;
export type Listeners = { readonly [T in ObservedType]?: Listener<T> };
