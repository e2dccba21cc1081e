import type { ByteText } from '../net/byte-text.ts';
import type { Flow } from '../wire/flow.ts';
import { type FlowEnds, flowCommunityId, writeFlowCommunityId } from '../wire/flow-community-id.ts';
import { formatWords, isOfFlow } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import { BLOCK_ROWS } from './row-block.ts';

/** Words of an address of IPv6 behind the first one. */
const MORE_WORDS = 3;

/** A client and a server, as the ends of a flow: what its community ID is made of. */
const ends: { -readonly [Field in keyof FlowEnds]: FlowEnds[Field] } = {
  ...{ ipVersion: 0, transport: 0 },
  ...{ a0: 0, a1: 0, a2: 0, a3: 0, aPort: 0 },
  ...{ b0: 0, b1: 0, b2: 0, b3: 0, bPort: 0 },
};

/** Who asked whom in each row of a block, as columns. */
export class EndpointColumns {
  readonly clientPorts = new Uint16Array(BLOCK_ROWS);
  readonly serverPorts = new Uint16Array(BLOCK_ROWS);
  private readonly ipVersions = new Uint8Array(BLOCK_ROWS);
  private readonly clients = new Int32Array(BLOCK_ROWS);
  private readonly servers = new Int32Array(BLOCK_ROWS);
  /** What else addresses of IPv6 have, that of the client before that of the server; null where none came. */
  private more: Int32Array | null = null;
  /** Protocol of the flow whose community ID is told; 0 for none. */
  private readonly transports = new Uint8Array(BLOCK_ROWS);
  /** Community IDs of flows that are not between the two: a tunnel's, of a packet in it. */
  private ofOthers: Map<number, string | null> | null = null;

  /** The ends of a packet, which the client or the server sent; with the community ID of its flow, if that is wanted. */
  setPacket(index: number, packet: Packet, fromClient: boolean, communityIds: boolean): void {
    const { ipVersion, src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort, flow } = packet;
    this.ipVersions[index] = ipVersion;
    this.clientPorts[index] = fromClient ? srcPort : dstPort;
    this.serverPorts[index] = fromClient ? dstPort : srcPort;
    this.clients[index] = fromClient ? src0 : dst0;
    this.servers[index] = fromClient ? dst0 : src0;
    if (ipVersion === 6) {
      this.setMore(index, fromClient ? 0 : 1, src1, src2, src3);
      this.setMore(index, fromClient ? 1 : 0, dst1, dst2, dst3);
    }
    if (!communityIds || flow === null) return;
    if (isBetween(flow, packet)) this.transports[index] = flow.transport;
    else {
      this.ofOthers ??= new Map();
      this.ofOthers.set(index, flowCommunityId(flow));
    }
  }

  /** The ends of a flow, of which A or B is the client. */
  setFlow(index: number, flow: Flow, fromA: boolean, communityIds: boolean): void {
    const { ipVersion, transport, a0, a1, a2, a3, aPort, b0, b1, b2, b3, bPort } = flow;
    this.ipVersions[index] = ipVersion;
    this.clientPorts[index] = fromA ? aPort : bPort;
    this.serverPorts[index] = fromA ? bPort : aPort;
    this.clients[index] = fromA ? a0 : b0;
    this.servers[index] = fromA ? b0 : a0;
    if (ipVersion === 6) {
      this.setMore(index, fromA ? 0 : 1, a1, a2, a3);
      this.setMore(index, fromA ? 1 : 0, b1, b2, b3);
    }
    if (communityIds) this.transports[index] = transport;
  }

  /** Text of the client's address; null where it has none. */
  client(index: number): string | null {
    this.readEnds(index);
    return formatWords(ends.ipVersion, ends.a0, ends.a1, ends.a2, ends.a3);
  }

  server(index: number): string | null {
    this.readEnds(index);
    return formatWords(ends.ipVersion, ends.b0, ends.b1, ends.b2, ends.b3);
  }

  communityId(index: number): string | null {
    const transport = this.transports[index]!;
    if (transport === 0) return this.ofOthers?.get(index) ?? null;
    this.readEnds(index);
    ends.transport = transport;
    return flowCommunityId(ends);
  }

  /** Writes it as a literal of JSON. */
  writeCommunityId(out: ByteText, index: number): void {
    const transport = this.transports[index]!;
    if (transport === 0) {
      out.ascii(JSON.stringify(this.ofOthers?.get(index) ?? null));
      return;
    }
    this.readEnds(index);
    ends.transport = transport;
    writeFlowCommunityId(out, ends);
  }

  private readEnds(index: number): void {
    ends.ipVersion = this.ipVersions[index]!;
    ends.a0 = this.clients[index]!;
    ends.b0 = this.servers[index]!;
    ends.aPort = this.clientPorts[index]!;
    ends.bPort = this.serverPorts[index]!;
    const { more } = this;
    const at = index * 2 * MORE_WORDS;
    ends.a1 = more === null ? 0 : more[at]!;
    ends.a2 = more === null ? 0 : more[at + 1]!;
    ends.a3 = more === null ? 0 : more[at + 2]!;
    ends.b1 = more === null ? 0 : more[at + 3]!;
    ends.b2 = more === null ? 0 : more[at + 4]!;
    ends.b3 = more === null ? 0 : more[at + 5]!;
  }

  /** The words behind the first, of the client (0) or the server (1). */
  private setMore(index: number, side: number, w1: number, w2: number, w3: number): void {
    this.more ??= new Int32Array(BLOCK_ROWS * 2 * MORE_WORDS);
    const at = (index * 2 + side) * MORE_WORDS;
    this.more[at] = w1;
    this.more[at + 1] = w2;
    this.more[at + 2] = w3;
  }
}

/** Whether the packet's flow is between its addresses and ports. */
function isBetween({ ipVersion, aPort, bPort }: Flow, packet: Packet): boolean {
  if (packet.ipVersion !== ipVersion || !isOfFlow(packet)) return false;
  const { srcPort, dstPort } = packet;
  return packet.direction === 0 ? srcPort === aPort && dstPort === bPort : srcPort === bPort && dstPort === aPort;
}
