import type { Limit } from '../limit.ts';
import type { InterfaceSample } from '../network/interface-rates.ts';
import type { DnsServerRow, HostRow, NeighborRow, RouteRow } from '../record/tables/network-config.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';
import type { TraceEvent } from '../trace/trace-event.ts';
import type { Host } from './host.ts';
import type { CaptureOrder, Engine, Sensor, SensorEvents } from './sensor.ts';
import type { User } from './user.ts';

/** Rows read from the operating system, and what could not be read. */
export interface Reading<T> {
  readonly rows: readonly T[];
  readonly limits: readonly Limit[];
}

/** An interface as it is read. */
export type InterfaceReading = InterfaceSample;

/** Which sockets to read, so that nothing is read that nobody asked for. */
export interface SocketRequest {
  /** null for every protocol the platform lists. */
  readonly protocols: ReadonlySet<Socket['proto']> | null;
  /** Find owners (reads the descriptors of every process). */
  readonly owners: boolean;
  /** Read what costs an open file for each process: command line, executable, control group. */
  readonly processDetails: boolean;
  /** Watch for sockets that close between readings. */
  readonly closed: boolean;
}

/** Sockets, reading after reading; keeps what need not be read twice. */
export interface SocketSource {
  read(): Promise<SocketReading>;
  /**
   * Sockets that closed since the last call, with their last counters; none where the system does not tell. Not `whole`
   * when it told of more than could be kept.
   */
  readClosed(): { readonly sockets: readonly Socket[]; readonly whole: boolean };
  close(): void;
}

/** Sockets watched from within the kernel. */
export interface TraceSource {
  /** Nanoseconds of the monotonic clock that events carry. */
  now(): number;
  /** Resolves when all that happened until now has been told, or two seconds later. */
  settled(): Promise<void>;
  /** What is missing of what was to be told. */
  limits(): readonly Limit[];
  /** Ends it; resolves when the last events have been told. */
  stop(): Promise<void>;
  /** Ends it at once, without what is still to be told. */
  kill(): void;
}

/** One thing `doctor` looks at. */
export interface Check {
  readonly name: string;
  /** ok: works; limited: works in part; missing: does not. */
  readonly status: 'ok' | 'limited' | 'missing';
  readonly detail: string;
  /** The one command that mends it, or null. */
  readonly remedy: string | null;
}

/** What runs the process that captures. */
export interface SensorNode {
  readonly file: string;
  /** What was set up for it and is not used, and why; null for nothing. */
  readonly ignored: string | null;
  /** The command that permits this user to capture, or null. */
  readonly grant: string | null;
}

/** What may be kept when privileges are given up, by the names of capabilities(7). */
export type KeptCapability =
  | 'CAP_DAC_OVERRIDE'
  | 'CAP_DAC_READ_SEARCH'
  | 'CAP_FOWNER'
  | 'CAP_NET_RAW'
  | 'CAP_SETGID'
  | 'CAP_SETUID'
  | 'CAP_SYS_PTRACE';

/** What became of an echo request. */
export interface EchoReply {
  /** Milliseconds to the answer; null without one. */
  readonly rttMs: number | null;
  /** Why there is none, and who said so where it was another host; null while it is only missing. */
  readonly error: string | null;
  readonly from: string | null;
  /** Milliseconds to that error; null where this machine said so, or nobody did. */
  readonly errorMs: number | null;
  /** expired: it passed as many hops as it may; too_big: it is larger than `mtu`, in bytes, where that was said. */
  readonly cause: 'expired' | 'too_big' | null;
  readonly mtu: number | null;
}

/** How a request is sent, where it is not sent as usual. */
export interface EchoOptions {
  /** How many hops it may pass. */
  readonly ttl?: number;
  /** How large the IP packet is; it is then not to be fragmented. */
  readonly bytes?: number;
}

/** Echo requests over one address family (RFC 792, RFC 4443), or what serves as such; all who ask share it. */
export interface EchoSocket {
  /** icmp_dgram needs no privilege where net.ipv4.ping_group_range permits it; icmp_raw needs CAP_NET_RAW; udp none. */
  readonly method: 'icmp_dgram' | 'icmp_raw' | 'udp';
  /** Never rejects. `zone` is the index of an interface, for addresses of a link. */
  send(
    address: string,
    zone: number,
    timeoutMs: number,
    signal: AbortSignal,
    options?: EchoOptions,
  ): Promise<EchoReply>;
  /** Answers that came again to requests of this address, since this was last asked. */
  duplicates(address: string): number;
  close(): void;
}

/** What netwatch asks of an operating system. One implementation for each lives in a folder of `src/platform`. */
export interface OperatingSystem {
  readonly name: 'linux' | 'macos';
  readonly host: Host;
  openSockets(request: SocketRequest): SocketSource;
  readInterfaces(): Promise<Reading<InterfaceReading>>;
  readRoutes(): Promise<Reading<RouteRow>>;
  readDnsServers(): Promise<Reading<DnsServerRow>>;
  readNeighbors(): Promise<Reading<NeighborRow>>;
  /** What the machine says of itself; gateway and dns are filled in by the configuration engine. */
  readHost(): Promise<Omit<HostRow, 'gateway' | 'dns'>>;
  readChecks(): Promise<readonly Check[]>;
  /** The socket for echo requests of a family, the same each time; null where none is permitted. */
  openEcho(family: 'ipv4' | 'ipv6'): EchoSocket | null;
  /** The same by datagrams to ports to which nobody listens, which needs no privilege; null where errors are not told. */
  openUdpRequests(family: 'ipv4' | 'ipv6'): EchoSocket | null;
  /** Whether openTrace is likely to work; looks at a few files. */
  canTrace(): boolean;
  /**
   * Begins to watch sockets. Resolves when they are watched; rejects with a Failure 69 when something is missing, 77 when
   * it is not permitted. The signal stops what is still beginning.
   */
  openTrace(onEvent: (event: TraceEvent) => void, signal: AbortSignal): Promise<TraceSource>;
  /** The command that installs a package, given by its Debian name, or null. */
  installCommand(debianName: string): string | null;
  /** How the process that captures is run. */
  findSensorNode(): SensorNode;
  /** Whether this process may do more than its user, or is root. */
  isPrivileged(): boolean;
  /**
   * Gives up the privileges of this process for good, in all its threads: root becomes `user`, or stays itself for null,
   * without any capability but those that are kept, by it alone or by what it starts, too. A system without capabilities keeps root where one is kept.
   */
  dropPrivileges(user: User | null, kept?: readonly KeptCapability[], by?: 'itself' | 'and what it starts'): void;
  /**
   * The same, none kept, as far as the system permits, for what goes on in either case: a container may forbid root to
   * become another. Returns what stays, in words; empty when nothing does.
   */
  shedPrivileges(user: User | null): readonly string[];
}

/** The process that reads sockets for one that gives up its privileges; as many sources of them as are asked for. */
export interface SocketReader {
  /** Sockets as `openSockets` gives them. Resolves when a first reading was made. */
  open(request: SocketRequest): Promise<SocketSource>;
  close(): void;
}

/** All that netwatch asks of a machine: its operating system, and processes of netwatch's own beside this one. */
export interface Platform extends OperatingSystem {
  /** The engine that was asked for; else the sensor, or without the module pcap the tool that is there. */
  chooseEngine(asked: Engine | null): Engine;
  /**
   * Starts to capture, in a process of its own, into a pipe or the file of the order. Rejects with a Failure: 64 for a
   * wrong filter, 66 no such interface, 69 no libpcap, 77 not permitted. `events` hears what happens meanwhile.
   */
  openSensor(order: CaptureOrder, events: SensorEvents): Promise<Sensor>;
  /** Starts a process that becomes `user` and keeps what reading sockets takes. To be started before privileges are given up. */
  openSocketReader(user: User | null): Promise<SocketReader>;
}

/** What a platform is opened with. */
export interface PlatformOptions {
  /** A machine as files: /proc, /sys and /etc below this folder, command output in its run/ folder; null for the real one. */
  readonly root: string | null;
  /** A network namespace: a name under /run/netns, or the id of a process in it; null for our own. */
  readonly netns: string | null;
}
