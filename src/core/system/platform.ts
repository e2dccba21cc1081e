import type { Limit } from '../limit.ts';
import type { InterfaceSample } from '../network/interface-rates.ts';
import type { TunnelDevice } from '../network/tunnel-device.ts';
import type { CounterRow } from '../record/tables/counter.ts';
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

/** An interface as read from the system. */
export type InterfaceReading = InterfaceSample;

/** Which sockets to read, so that nothing is read that nobody needs. */
export interface SocketRequest {
  /** null for every protocol the platform lists. */
  readonly protocols: ReadonlySet<Socket['proto']> | null;
  /** Find owners (reads the descriptors of every process). */
  readonly owners: boolean;
  /** Read what needs an open file for each process: command line, executable, control group. */
  readonly processDetails: boolean;
  /** Watch for sockets that close between readings. */
  readonly closed: boolean;
}

/** Reads sockets, again and again; keeps what need not be read twice. */
export interface SocketSource {
  read(): Promise<SocketReading>;
  /** The same for who holds no socket after the next; absent where that costs as much. */
  readOnce?(): Promise<SocketReading<Iterable<Socket>>>;
  /**
   * Sockets that closed since the last call, with their last counters; empty where the system does not report them.
   * `whole` is false when the system reported more than could be kept.
   */
  readClosed(): { readonly sockets: readonly Socket[]; readonly whole: boolean };
  close(): void;
}

/** Sockets watched from inside the kernel. */
export interface TraceSource {
  /** Nanoseconds of the monotonic clock that events carry. */
  now(): number;
  /** Resolves when everything that has happened until now has been reported, or two seconds later. */
  settled(): Promise<void>;
  /** What is missing from the reported events. */
  limits(): readonly Limit[];
  /** Ends it; resolves when the last events have been reported. */
  stop(): Promise<void>;
  /** Ends it at once, without the events that are still to come. */
  kill(): void;
}

/** One thing that `doctor` checks. */
export interface Check {
  readonly name: string;
  /** ok: works; limited: works in part; missing: does not. */
  readonly status: 'ok' | 'limited' | 'missing';
  readonly detail: string;
  /** The one command that fixes it, or null. */
  readonly remedy: string | null;
}

/** The node program that runs the capturing process. */
export interface SensorNode {
  readonly file: string;
  /** What was set up for capturing but is not used, and why; null for nothing. */
  readonly ignored: string | null;
  /** The command that permits this user to capture, or null. */
  readonly grant: string | null;
}

/** Capabilities that may be kept when privileges are given up, by their names in capabilities(7). */
export type KeptCapability =
  | 'CAP_DAC_OVERRIDE'
  | 'CAP_DAC_READ_SEARCH'
  | 'CAP_FOWNER'
  | 'CAP_NET_ADMIN'
  | 'CAP_NET_RAW'
  | 'CAP_SETGID'
  | 'CAP_SETUID'
  | 'CAP_SYS_PTRACE';

/** The outcome of an echo request. */
export interface EchoReply {
  /** Milliseconds to the answer; null without one. */
  readonly rttMs: number | null;
  /** Why there is no answer, and which host said so if it was another one; null while the answer is only missing. */
  readonly error: string | null;
  readonly from: string | null;
  /** Milliseconds to that error; null when this machine reported it, or nobody did. */
  readonly errorMs: number | null;
  /** expired: it passed as many hops as allowed; too_big: it is larger than `mtu`, in bytes, if that was reported. */
  readonly cause: 'expired' | 'too_big' | null;
  readonly mtu: number | null;
  /** The name of the error (`ENETUNREACH`) when this machine itself did not send it; null otherwise. */
  readonly fault: string | null;
}

/** How to send a request, if not in the default way. */
export interface EchoOptions {
  /** The number of hops that it may pass. */
  readonly ttl?: number;
  /** The size of the IP packet in bytes; the packet must then not be fragmented. */
  readonly bytes?: number;
}

/**
 * Sends echo requests over one address family (RFC 792, RFC 4443), or something that does the same job; all probers
 * share it.
 */
export interface EchoSocket {
  /**
   * icmp_dgram needs no privilege where net.ipv4.ping_group_range permits it; icmp_raw needs CAP_NET_RAW; udp needs
   * none.
   */
  readonly method: 'icmp_dgram' | 'icmp_raw' | 'udp';
  /** Never rejects. `zone` is the index of an interface, for link-local addresses. */
  send(
    address: string,
    zone: number,
    timeoutMs: number,
    signal: AbortSignal,
    options?: EchoOptions,
  ): Promise<EchoReply>;
  /** How many duplicate answers came to requests for this address since the last call. */
  duplicates(address: string): number;
  close(): void;
}

/** What netwatch needs from an operating system. Each one is implemented in a folder of `src/platform`. */
export interface OperatingSystem {
  readonly name: 'linux' | 'macos';
  readonly host: Host;
  openSockets(request: SocketRequest): SocketSource;
  readInterfaces(): Promise<Reading<InterfaceReading>>;
  readRoutes(): Promise<Reading<RouteRow>>;
  readDnsServers(): Promise<Reading<DnsServerRow>>;
  readNeighbors(): Promise<Reading<NeighborRow>>;
  /** Devices that tunnel, with the processes that hold them, and the peers of WireGuard. */
  readTunnels(): Promise<Reading<TunnelDevice>>;
  /** Counters of the kernel since boot, by the names of nstat, and the limits that they reach, by those of sysctl. */
  readCounters(): Promise<Reading<CounterRow>>;
  /** What the machine says about itself; the configuration engine fills in gateway and dns. */
  readHost(): Promise<Omit<HostRow, 'gateway' | 'dns'>>;
  readChecks(): Promise<readonly Check[]>;
  /** The socket for echo requests of a family, the same each time; null where none is permitted. */
  openEcho(family: 'ipv4' | 'ipv6'): EchoSocket | null;
  /**
   * The same with datagrams to ports on which nothing listens, which needs no privilege; null where the system does not
   * report errors.
   */
  openUdpRequests(family: 'ipv4' | 'ipv6'): EchoSocket | null;
  /** Lets go of what openEcho and openUdpRequests opened, and of the network namespace. Nothing is asked afterwards. */
  close(): void;
  /** Whether openTrace is likely to work; reads only a few files. */
  canTrace(): boolean;
  /**
   * Begins to watch sockets. Resolves when they are watched; rejects with a Failure 69 when something is missing, 77
   * when it is not permitted. The signal cancels a trace that is still starting.
   */
  openTrace(onEvent: (event: TraceEvent) => void, signal: AbortSignal): Promise<TraceSource>;
  /** The command that installs a package, given by its Debian name, or null. */
  installCommand(debianName: string): string | null;
  /** Which node program runs the capturing process. */
  findSensorNode(): SensorNode;
  /** Whether this process may do more than its user can, or is root. */
  isPrivileged(): boolean;
  /**
   * Gives up the privileges of this process permanently, in all its threads. Root becomes `user`, or with null stays
   * root but without capabilities. Only the capabilities in `kept` remain, in this process alone or also in the
   * processes it starts. A system without capabilities stays root when one is kept.
   */
  dropPrivileges(user: User | null, kept?: readonly KeptCapability[], by?: 'itself' | 'and what it starts'): void;
  /**
   * The same, with nothing kept, as far as the system permits, for work that continues in either case: a container may
   * not let root become another user. Returns in words what remains; empty when nothing does.
   */
  shedPrivileges(user: User | null): readonly string[];
}

/** The process that reads sockets for a process that gives up its privileges. It opens any number of sources. */
export interface SocketReader {
  /** Sockets as `openSockets` gives them. Resolves after the first reading. */
  open(request: SocketRequest): Promise<SocketSource>;
  /** As `readTunnels` gives them. */
  readTunnels(): Promise<Reading<TunnelDevice>>;
  close(): void;
}

/** Everything that netwatch needs from a machine: its operating system, and netwatch's own separate processes. */
export interface Platform extends OperatingSystem {
  /** The engine that was asked for; or else the sensor; or, without the pcap module, the tool that is installed. */
  chooseEngine(asked: Engine | null): Engine;
  /**
   * Starts a capture in a separate process, into a pipe or the file of the order. Rejects with a Failure: 64 for a
   * wrong filter, 66 when there is no such interface, 69 without libpcap, 77 when it is not permitted. `events` is
   * called with what happens meanwhile.
   */
  openSensor(order: CaptureOrder, events: SensorEvents): Promise<Sensor>;
  /**
   * Starts a process that becomes `user` and keeps what it needs to read sockets; `readsPeers` when it is also to keep what the
   * peers of WireGuard take. Call this before privileges are given up.
   */
  openSocketReader(user: User | null, readsPeers: boolean): Promise<SocketReader>;
}

/** The options that a platform is opened with. */
export interface PlatformOptions {
  /**
   * A machine saved as files: /proc, /sys and /etc below this folder, command output in its run/ folder; null for the
   * real one.
   */
  readonly root: string | null;
  /** A network namespace: a name under /run/netns, or the id of a process in it; null for our own. */
  readonly netns: string | null;
}
