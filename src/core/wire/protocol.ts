import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';

/** Returned by a dissector after the last header it knows: what is left is payload. */
export const END = 0;
/** Returned by an application dissector for bytes that are not its protocol; it has not touched the packet then. */
export const NOT_MINE = -1;

/** Receives what `fields` tells of a layer, as the lines of `capture -V`. */
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
  readonly sctpPorts?: readonly number[];

  /**
   * A header: reads what is at `packet.offset`, moves `offset` past it, lowers `end` to what its lengths say, and names
   * the id of the next protocol, or END. The loop has pushed the layer before the call. Too few bytes: `packet.short()`.
   */
  readonly dissect?: (packet: Packet, dissector: Dissector) => number;

  /**
   * The payload of a UDP (or SCTP, QUIC stream …) datagram in [packet.offset, packet.end): pushes its layers itself and
   * returns END, the id of a header to go on with, or NOT_MINE. Called for its ports, for a flow known to be it, and
   * after `datagramLooksLike` said yes.
   */
  readonly datagram?: (packet: Packet, dissector: Dissector) => number;
  /** Whether its datagrams hold packets with headers of their own. */
  readonly isTunnel?: boolean;
  /** Recognises a datagram by content alone; strict, for it is asked about every datagram nobody else wanted. */
  readonly datagramLooksLike?: (packet: Packet) => boolean;

  /**
   * Bytes of one direction of a TCP connection in [packet.offset, packet.end), beginning where a message begins. Pushes
   * its layers itself, moves `packet.offset` past each whole message, and, when the last one is not whole, says in
   * `packet.wanted` how many bytes more it takes (or WANT_SEGMENT, WANT_FIN): it is called again from `packet.offset`
   * when they are there, without those it does not need (`packet.discardFrom`, `packet.elided`). False for bytes that
   * are not its protocol.
   */
  readonly segment?: (packet: Packet, dissector: Dissector) => boolean;
  /** Recognises the first bytes of a stream by content alone. */
  readonly segmentLooksLike?: (packet: Packet) => boolean;

  /** The summary line of the packet, as tshark's Info column, from layer `layer` of it. */
  readonly info?: (packet: Packet, layer: number) => string;
  /** What the layer says, for `capture -V`. */
  readonly fields?: (packet: Packet, layer: number, out: FieldWriter) => void;
}

/** A definition with the number that stands for it in packets and tables; below 256. */
export interface Protocol extends ProtocolDefinition {
  readonly id: number;
  readonly title: string;
}

let lastId = 0;

/** Declares a protocol. */
export function protocol(definition: ProtocolDefinition): Protocol {
  lastId++;
  return { ...definition, title: definition.title ?? definition.name.toUpperCase(), id: lastId };
}
