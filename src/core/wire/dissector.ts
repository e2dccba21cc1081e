import type { PlaintextListener } from './app/plaintext-listener.ts';
import { HelloPieces } from './app/tls/hello-pieces.ts';
import type { TlsSecrets } from './app/tls/tls-secrets.ts';
import { hasCommonHeaders, NONE, readCommonHeaders, readCommonNetwork, tunnelPorts } from './common-headers.ts';
import { Faults } from './faults.ts';
import type { Flow } from './flow.ts';
import { FlowTable } from './flow-table.ts';
import { FragmentTable } from './fragments.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { PortTable } from './port-table.ts';
import type { Dissection, Protocol, Registry } from './protocol.ts';
import { hasStreams } from './registry.ts';
import { StreamGate } from './stream-gate.ts';
import { EarlySegments } from './tcp-early.ts';
import { PendingMessages } from './tcp-pending.ts';
import { giveUpAll } from './tcp-sequence.ts';

/** Smaller values of an Ethernet type field are a length (IEEE 802.3, 3.2.6). */
const FIRST_ETHER_TYPE = 0x600;

/**
 * Headers stop here, as in Suricata, whose decoders go no deeper than 16: an ICMP error about a packet in VXLAN in GRE below
 * two VLAN tags has 13. Messages are counted apart, up to MAX_LAYERS: a segment holds as many as fit.
 */
export const MAX_HEADERS = 16;

/** What a dissector may be given in place of its own. */
export interface DissectorSetup {
  readonly applications?: boolean;
  /**
   * Nobody asks for anything but headers: no flow is looked up, TCP is not analysed, and there are no applications.
   * Measured with `tcp` on the mix: 44 % of the time that dissecting takes.
   */
  readonly headersAlone?: boolean;
  /** Whether segments of TCP are judged; true unless given. */
  readonly analyses?: boolean;
  /** Of these protocols alone it is asked whether they are in a packet; null for all that may be. Each has `carriedBy`. */
  readonly streams?: readonly string[] | null;
  readonly decrypts?: boolean;
  readonly flows?: FlowTable;
  /** With which the encrypted is read, that of QUIC too. */
  readonly secrets?: TlsSecrets | null;
  /** Hears what is decrypted of TLS. */
  readonly plaintext?: PlaintextListener | null;
}

/** What a run of packets shares: the tables of protocols, and everything remembered between packets. */
export class Dissector implements Dissection {
  readonly registry: Registry;
  readonly flows: FlowTable;
  readonly fragments = new FragmentTable();
  readonly hellos = new HelloPieces();
  /** What threw, here or in what takes the packets in. */
  readonly faults = new Faults();
  readonly early = new EarlySegments();
  readonly pending = new PendingMessages();
  readonly llc: number;
  readonly applications: boolean;
  readonly readsStreams: boolean;
  readonly headersAlone: boolean;
  readonly analyses: boolean;
  readonly gate: StreamGate | null;
  private readonly readsCommon: boolean;
  private readonly tunnelPorts: Uint8Array | null;
  decrypts: boolean;
  secrets: TlsSecrets | null;
  readonly plaintext: PlaintextListener | null;
  private given: TlsSecrets | null;

  constructor(
    registry: Registry,
    {
      applications = true,
      headersAlone = false,
      analyses = true,
      streams = null,
      decrypts = true,
      flows = new FlowTable(),
      secrets = null,
      plaintext = null,
    }: DissectorSetup = {},
  ) {
    this.registry = registry;
    this.flows = flows;
    this.applications = applications && !headersAlone;
    this.readsStreams = this.applications && hasStreams(registry);
    this.headersAlone = headersAlone;
    this.analyses = analyses;
    this.gate = streams === null || plaintext !== null ? null : new StreamGate(registry, streams);
    this.readsCommon = hasCommonHeaders(registry);
    this.tunnelPorts = headersAlone && this.readsCommon ? tunnelPorts(registry) : null;
    this.decrypts = decrypts || secrets !== null;
    this.secrets = this.given = secrets;
    this.plaintext = plaintext;
    this.llc = registry.byName.get('llc')?.id ?? END;
  }

  /** From now on sessions are decrypted with these. */
  giveSecrets(secrets: TlsSecrets): void {
    this.decrypts = true;
    this.secrets = this.given = secrets;
  }

  /** From now on sessions are decrypted with secrets that the capture holds, too, where those it was given do not do. */
  giveFileSecrets(secrets: TlsSecrets): void {
    this.decrypts = true;
    const { given } = this;
    this.secrets =
      given === null
        ? secrets
        : { find: (label, clientRandom) => secrets.find(label, clientRandom) ?? given.find(label, clientRandom) };
  }

  typeOrLength(packet: Packet, field: number): number {
    if (field >= FIRST_ETHER_TYPE) return this.registry.etherTypes[field]!;
    packet.endAfter(field);
    return this.llc;
  }

  carriedBy({ application }: Flow): Protocol | undefined {
    return application === null ? undefined : this.registry.byId[application.id];
  }

  /** Fills the packet from the frame its reader set. Never throws: a packet that a protocol throws at is malformed. */
  dissect(packet: Packet): void {
    if (this.tunnelPorts !== null && readCommonHeaders(packet, this.tunnelPorts)) return;
    packet.rewind();
    let first: number | undefined;
    const transport = this.readsCommon ? readCommonNetwork(packet) : NONE;
    if (transport === NONE) {
      packet.rewind();
      first = this.registry.linkTypes.get(packet.linkType);
    } else first = this.registry.ipProtocols[transport]!;
    if (first !== undefined) {
      try {
        this.continue(packet, first);
      } catch (error) {
        this.giveUp(packet, error);
      }
    }
    this.countFlow(packet);
  }

  /**
   * The capture is over: dissects the segments that still wait for some before them, each direction by itself and at the
   * time of its last segment, and calls `tell` for it. The packet was counted before, and has only the new messages.
   */
  end(packet: Packet, tell: () => void): void {
    const { number, seconds, nanoseconds } = packet;
    for (const [side, flow] of this.early.all) {
      const last = side.segments.at(-1);
      if (flow.isOver || flow.tcp === null || last === undefined) continue;
      packet.rewind();
      packet.number = last.number;
      packet.seconds = last.seconds;
      packet.nanoseconds = last.nanoseconds;
      packet.beOf(flow, side.direction);
      try {
        giveUpAll(packet, flow, this, side);
      } catch (error) {
        this.giveUp(packet, error);
      }
      tell();
    }
    packet.number = number;
    packet.seconds = seconds;
    packet.nanoseconds = nanoseconds;
  }

  countFlow(packet: Packet): void {
    const { flow } = packet;
    if (flow === null) return;
    flow.see(packet.seconds, packet.nanoseconds);
    if (packet.direction === 0) {
      flow.aPackets++;
      flow.aBytes += packet.length;
      flow.aPayload += packet.payloadLength;
    } else {
      flow.bPackets++;
      flow.bBytes += packet.length;
      flow.bPayload += packet.payloadLength;
    }
  }

  /** What the flow remembered may be why a protocol threw: it begins anew with the next packet. */
  private giveUp(packet: Packet, error: unknown): void {
    this.faults.note(packet, error);
    const { flow } = packet;
    if (flow === null) return;
    flow.application = null;
    flow.applicationState = null;
    if (flow.tcp === null) return;
    for (const { pending } of [flow.tcp.a, flow.tcp.b]) for (const message of pending) this.pending.release(message);
  }

  continue(packet: Packet, first: number): void {
    const { dissect } = this.registry;
    for (let next = first; next > END; ) {
      if (packet.layerCount >= MAX_HEADERS) {
        packet.malformed = true;
        return;
      }
      packet.push(next);
      if (packet.quoted) packet.layerQuoted[packet.layerCount - 1] = 1;
      next = dissect[next]!(packet, this);
    }
  }

  /** Without applications: what a tunnel carries is looked into all the same, for it has addresses and ports. */
  private tunnel(packet: Packet, ports: PortTable<Protocol>, srcPort: number, dstPort: number): number {
    const found = ports.of(dstPort)?.isTunnel === true ? ports.of(dstPort) : ports.of(srcPort);
    if (found?.isTunnel !== true) return END;
    const next = found.datagram!(packet, this);
    return next === NOT_MINE ? END : next;
  }

  datagram(packet: Packet, ports: PortTable<Protocol>, srcPort: number, dstPort: number): number {
    const flow = packet.flow;
    if (!this.applications) return this.tunnel(packet, ports, srcPort, dstPort);
    const known = flow === null ? undefined : this.carriedBy(flow);
    if (known?.datagram !== undefined) {
      const next = known.datagram(packet, this);
      if (next !== NOT_MINE) return next;
    }
    const low = ports.of(srcPort < dstPort ? srcPort : dstPort);
    const high = ports.of(srcPort < dstPort ? dstPort : srcPort);
    let next = NOT_MINE;
    let taken: Protocol | undefined;
    if (low !== undefined) {
      next = low.datagram!(packet, this);
      taken = low;
    }
    if (next === NOT_MINE && high !== undefined && high !== low) {
      next = high.datagram!(packet, this);
      taken = high;
    }
    if (next === NOT_MINE) {
      for (const candidate of this.registry.datagramsByContent) {
        if (!candidate.datagramLooksLike!(packet)) continue;
        next = candidate.datagram!(packet, this);
        taken = candidate;
        if (next !== NOT_MINE) break;
      }
    }
    if (next === NOT_MINE) return END;
    if (flow !== null && taken !== undefined) flow.recognised = taken;
    return next;
  }
}
