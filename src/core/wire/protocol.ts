import type { ByteText } from '../net/byte-text.ts';
import type { PlaintextListener } from './app/plaintext-listener.ts';
import type { HelloPieces } from './app/tls/hello-pieces.ts';
import type { TlsSecrets } from './app/tls/tls-secrets.ts';
import type { Flow } from './flow.ts';
import type { FlowTable } from './flow-table.ts';
import type { FragmentTable } from './fragments.ts';
import type { Packet } from './packet.ts';
import type { PortTable } from './port-table.ts';
import type { EarlySegments } from './tcp-early.ts';
import type { PendingMessages } from './tcp-pending.ts';

/** Receives what `fields` says about a layer, as the lines of `capture -V`. */
export interface FieldWriter {
  /** One line: a name, as a person reads it, and its value. */
  field(name: string, value: string | number | boolean): void;
  /** The lines until `close` belong below this one. */
  open(name: string, value?: string | number | boolean): void;
  close(): void;
}

/**
 * One protocol: where it is found, and how it is read. All dissecting functions work on hostile bytes: they compare
 * lengths first, never throw, and allocate nothing per packet. `info` and `fields` run only for packets that are printed.
 */
export interface ProtocolDefinition {
  /** Wireshark's filter name. */
  readonly name: string;
  /** As Wireshark's Protocol column and a reader call it: `HTTP`, `TLSv1.2`; the name in capitals unless given. */
  readonly title?: string;
  /** The full name, for the head of its layer in `capture -V`. */
  readonly about: string;

  /** LINKTYPE_ numbers of capture files (tcpdump.org/linktypes.html) whose frames begin with this header. */
  readonly linkTypes?: readonly number[];
  readonly etherTypes?: readonly number[];
  readonly ipProtocols?: readonly number[];
  readonly pppProtocols?: readonly number[];
  /** IEEE 802.2 service access points. */
  readonly llcSaps?: readonly number[];
  readonly udpPorts?: readonly number[];
  readonly tcpPorts?: readonly number[];

  /**
   * A header: reads what is at `packet.offset`, moves `offset` past it, lowers `end` to what its lengths say, and names
   * the id of the next protocol, or END. The loop has pushed the layer before the call. Too few bytes: `packet.short()`.
   */
  readonly dissect?: (packet: Packet, dissection: Dissection) => number;

  /**
   * The payload of a UDP (or SCTP, QUIC stream …) datagram in [packet.offset, packet.end): pushes its layers itself and
   * returns END, the id of a header to go on with, or NOT_MINE. Called for its ports, for a flow known to be it, and
   * after `datagramLooksLike` said yes.
   */
  readonly datagram?: (packet: Packet, dissection: Dissection) => number;
  /** Whether its datagrams hold packets with headers of their own. */
  readonly isTunnel?: boolean;
  /**
   * Recognises a datagram by content alone; it must be strict, because it is tried on every datagram that no other
   * protocol claimed.
   */
  readonly datagramLooksLike?: (packet: Packet) => boolean;

  /**
   * Bytes of one direction of a TCP connection in [packet.offset, packet.end), beginning where a message begins. Pushes
   * its layers itself, moves `packet.offset` past each whole message, and, when the last one is not whole, says in
   * `packet.needed` how many bytes more it takes (or NEED_SEGMENT, NEED_FIN): it is called again from `packet.offset`
   * when they are there, without those it does not need (`packet.discardFrom`, `packet.elided`). False for bytes that
   * are not its protocol.
   */
  readonly segment?: (packet: Packet, dissection: Dissection) => boolean;
  /**
   * Recognises the first bytes of a stream that no other protocol begins with, whatever the port. `isStart` tells
   * whether nothing of this direction came before.
   */
  readonly segmentBegins?: (packet: Packet, isStart: boolean) => boolean;
  /** What it takes comes before a stream: what follows is read as if the connection began there. */
  readonly precedesStream?: boolean;
  /** Recognises the first bytes of a stream by content alone. */
  readonly segmentLooksLike?: (packet: Packet) => boolean;
  /** A stream recognised by its content or its beginning carries this protocol from then on, whatever its next bytes look like. */
  readonly keepsStream?: boolean;
  /**
   * The streams in which it may be, besides those on its ports: where nothing else is asked for, no others are read
   * (stream-gate.ts). Absent: any. Who takes it in is to be named here.
   */
  readonly carriedBy?: readonly string[];
  /**
   * Whether another protocol may begin in a stream of this one from this segment on: in one that nobody has read yet. Absent:
   * whenever it is this protocol.
   */
  readonly opensStream?: (packet: Packet) => boolean;
  /** What it carries is encrypted: with the secrets of sessions all streams are read. */
  readonly needsSecrets?: boolean;
  /** It says what other flows carry (expectations.ts). */
  readonly announces?: boolean;

  /** The summary line of the packet, as tshark's Info column, from layer `layer` of it. */
  readonly info?: (packet: Packet, layer: number) => string;
  /** Writes the same text, where it holds nothing but printable ASCII without quotes and backslashes, and arrows (→). */
  readonly writeInfo?: (packet: Packet, layer: number, out: ByteText) => void;
  /** What the layer says, for `capture -V`. */
  readonly fields?: (packet: Packet, layer: number, out: FieldWriter) => void;
}

/** A definition with the number that stands for it in packets and tables; below 256. */
export interface Protocol extends ProtocolDefinition {
  readonly id: number;
  readonly title: string;
}

/** The tables by which one header names the next, built once from the list of protocols. */
export interface Registry {
  /** By id; undefined at 0. */
  readonly byId: readonly (Protocol | undefined)[];
  readonly byName: ReadonlyMap<string, Protocol>;
  /** The `dissect` of each header protocol, by id. */
  readonly dissect: readonly ((packet: Packet, dissection: Dissection) => number)[];
  readonly linkTypes: ReadonlyMap<number, number>;
  /** Ids by EtherType, IP protocol, PPP protocol, LLC SAP; END where no protocol claims the number. */
  readonly etherTypes: Uint8Array;
  readonly ipProtocols: Uint8Array;
  readonly pppProtocols: Uint8Array;
  readonly llcSaps: Uint8Array;
  readonly udpPorts: PortTable<Protocol>;
  readonly tcpPorts: PortTable<Protocol>;
  /** In the order of the list: those that recognise a stream whatever its port, and by content. */
  readonly segmentsByBeginning: readonly Protocol[];
  readonly datagramsByContent: readonly Protocol[];
  readonly segmentsByContent: readonly Protocol[];
}

/**
 * What a protocol may use of the dissection that it takes part in: which protocol comes next, and what is remembered
 * between packets.
 */
export interface Dissection {
  readonly registry: Registry;
  readonly flows: FlowTable;
  readonly fragments: FragmentTable;
  readonly hellos: HelloPieces;
  readonly early: EarlySegments;
  readonly pending: PendingMessages;
  /** Whether payload is dissected, or only links, networks and transports. */
  readonly applications: boolean;
  /** Whether there are protocols above TCP, for which its segments are put in order. */
  readonly readsStreams: boolean;
  /** Says whether a connection of TCP is read from its segment on; null where all are. */
  readonly gate: { opens(packet: Packet): boolean } | null;
  /** Whether packets are of no flow: TCP is not analysed then, and there are no applications. */
  readonly headersAlone: boolean;
  /** Whether segments of TCP are judged (tcp-analysis), which the applications in them do not need. */
  readonly analyses: boolean;
  /**
   * Whether Initial packets of QUIC are decrypted, which only their hellos need: 10 µs a connection, a fifth of all where
   * many begin.
   */
  readonly decrypts: boolean;
  /** Of TLS and QUIC sessions; null without any. */
  readonly secrets: TlsSecrets | null;
  /** Who hears what is decrypted of TLS; null for nobody. */
  readonly plaintext: PlaintextListener | null;
  /** Id of the 802.2 header, which link layers name by a length instead of a type. */
  readonly llc: number;

  /** The protocol after a link header whose last field is `field`: a type, or the length of an 802.2 frame. */
  typeOrLength(packet: Packet, field: number): number;
  /** The protocol that the flow is known to carry. */
  carriedBy(flow: Flow): Protocol | undefined;
  /** Counts the packet for the flow it has so far: that of a tunnel, before a transport inside takes its place. */
  countFlow(packet: Packet): void;
  /** Dissects headers from `packet.offset`, the first one being of protocol `next`, until none is left. */
  continue(packet: Packet, first: number): void;
  /**
   * Finds the application protocol of a datagram in [offset, end), as tshark does: what the flow is known to carry, the
   * ports, then the content. Returns END or the id of the header to go on with.
   */
  datagram(packet: Packet, ports: PortTable<Protocol>, srcPort: number, dstPort: number): number;
}

let lastId = 0;

/** Declares a protocol. */
export function protocol(definition: ProtocolDefinition): Protocol {
  lastId++;
  return { ...definition, title: definition.title ?? definition.name.toUpperCase(), id: lastId };
}
