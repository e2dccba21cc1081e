import type { CommentaryStatus } from '../../../core/insight/model/model-commentary.ts';
import type { Instant } from '../../../core/instant.ts';
import type { Limit } from '../../../core/limit.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import type { ConnRow, SocketState } from '../../../core/record/tables/conn.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { DnsServerRow, HostRow, NeighborRow, RouteRow } from '../../../core/record/tables/network-config.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';

/** What is known of the machine: what the samplers delivered last, and the history that graphs show. It never changes; each look makes a new one. */
export interface Machine {
  /** When it was looked at; null before the first look. */
  readonly at: Instant | null;
  readonly conns: readonly ConnRow[];
  /** Connections that are there, and the last ones that were, those that were first seen first. */
  readonly tracked: readonly TrackedConnection[];
  /** Remote addresses that were seen for the first time a moment ago; none of those that were there when the screen began. */
  readonly newRemotes: ReadonlySet<string>;
  /** What connections carried that closed since the screen began. */
  readonly closedTraffic: ClosedTraffic;
  readonly ifaces: readonly IfaceRow[];
  /** Rates of each interface by its name, a value for each look. */
  readonly rates: ReadonlyMap<string, RateHistory>;
  /** Of all interfaces but loopback together; what those carried that are gone stays. */
  readonly bandwidth: RateHistory;
  readonly routes: readonly RouteRow[];
  readonly dnsServers: readonly DnsServerRow[];
  readonly neighbors: readonly NeighborRow[];
  readonly host: HostRow | null;
  /** By target, and by address where a target has several, in the order of the last round. */
  readonly health: ReadonlyMap<string, TargetHistory>;
  readonly insights: readonly InsightRow[];
  /** What the model does; null when none is asked. */
  readonly commentary: CommentaryStatus | null;
  /** Records of statistics by their type; of messages the last ones. */
  readonly statistics: ReadonlyMap<string, readonly AnyRow[]>;
  /** How many records of messages there were, by their type: more than are kept. */
  readonly messages: ReadonlyMap<string, number>;
  readonly limits: readonly Limit[];
}

/** A connection from the first look that showed it to the last. Times are in milliseconds since 1970. */
export interface TrackedConnection {
  readonly id: string;
  /** As it was last. */
  readonly row: ConnRow;
  readonly first: number;
  readonly last: number;
  readonly isOpen: boolean;
  /** Its states and since when, the last ones; null is a state that is not known. */
  readonly states: readonly { readonly since: number; readonly state: SocketState | null }[];
}

/** Bytes received and sent. */
export interface Traffic {
  readonly rx: number;
  readonly tx: number;
}

export const NO_TRAFFIC: Traffic = { rx: 0, tx: 0 };

/** What closed connections carried, all of them, and by process and remote address where these are known. */
export interface ClosedTraffic {
  readonly all: Traffic;
  readonly byProcess: ReadonlyMap<string, Traffic>;
  readonly byRemote: ReadonlyMap<string, Traffic>;
}

/** Bytes per second, a value for each of the last looks, the newest last; null where that is not known. */
export interface RateHistory {
  readonly rx: readonly (number | null)[];
  readonly tx: readonly (number | null)[];
}

/** The last round of a target, and the mean round-trip times of those before it, in ms; null where none answered. */
export interface TargetHistory {
  readonly row: ProbeRow;
  readonly rtts: readonly (number | null)[];
}

/** How many looks, and rounds, graphs show. */
export const HISTORY = 60;

export const UNSEEN: Machine = {
  at: null,
  conns: [],
  tracked: [],
  newRemotes: new Set(),
  closedTraffic: { all: NO_TRAFFIC, byProcess: new Map(), byRemote: new Map() },
  ifaces: [],
  rates: new Map(),
  bandwidth: { rx: [], tx: [] },
  routes: [],
  dnsServers: [],
  neighbors: [],
  host: null,
  health: new Map(),
  insights: [],
  commentary: null,
  statistics: new Map(),
  messages: new Map(),
  limits: [],
};
