import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';
import { END, type Protocol } from './protocol.ts';

/** The tables by which one header names the next, built once from the list of protocols. */
export interface Registry {
  /** By id; undefined at 0. */
  readonly byId: readonly (Protocol | undefined)[];
  readonly byName: ReadonlyMap<string, Protocol>;
  /** The `dissect` of each header protocol, by id. */
  readonly dissect: readonly ((packet: Packet, dissector: Dissector) => number)[];
  readonly linkTypes: ReadonlyMap<number, number>;
  /** Ids by EtherType, IP protocol, PPP protocol, LLC SAP; END where nobody claims the number. */
  readonly etherTypes: Uint8Array;
  readonly ipProtocols: Uint8Array;
  readonly pppProtocols: Uint8Array;
  readonly llcSaps: Uint8Array;
  readonly udpPorts: readonly (Protocol | undefined)[];
  readonly tcpPorts: readonly (Protocol | undefined)[];
  readonly sctpPorts: readonly (Protocol | undefined)[];
  /** In the order of the list: those that recognise by content. */
  readonly datagramsByContent: readonly Protocol[];
  readonly segmentsByContent: readonly Protocol[];
}

export function registryOf(protocols: readonly Protocol[]): Registry {
  const highest = Math.max(...protocols.map(({ id }) => id));
  const byId: (Protocol | undefined)[] = new Array(highest + 1).fill(undefined);
  for (const protocol of protocols) byId[protocol.id] = protocol;
  return {
    byId,
    byName: new Map(protocols.map((protocol) => [protocol.name, protocol])),
    dissect: byId.map((protocol) => protocol?.dissect ?? (() => END)),
    linkTypes: new Map(protocols.flatMap(({ id, linkTypes }) => (linkTypes ?? []).map((type) => [type, id] as const))),
    etherTypes: idsBy(protocols, 65_536, ({ etherTypes }) => etherTypes),
    ipProtocols: idsBy(protocols, 256, ({ ipProtocols }) => ipProtocols),
    pppProtocols: idsBy(protocols, 65_536, ({ pppProtocols }) => pppProtocols),
    llcSaps: idsBy(protocols, 256, ({ llcSaps }) => llcSaps),
    udpPorts: protocolsBy(protocols, ({ udpPorts }) => udpPorts),
    tcpPorts: protocolsBy(protocols, ({ tcpPorts }) => tcpPorts),
    sctpPorts: protocolsBy(protocols, ({ sctpPorts }) => sctpPorts),
    datagramsByContent: protocols.filter(({ datagramLooksLike }) => datagramLooksLike !== undefined),
    segmentsByContent: protocols.filter(({ segmentLooksLike }) => segmentLooksLike !== undefined),
  };
}

type Numbers = readonly number[] | undefined;

function idsBy(protocols: readonly Protocol[], size: number, numbers: (of: Protocol) => Numbers): Uint8Array {
  const table = new Uint8Array(size);
  for (const protocol of protocols) for (const number of numbers(protocol) ?? []) table[number] = protocol.id;
  return table;
}

function protocolsBy(protocols: readonly Protocol[], numbers: (of: Protocol) => Numbers): (Protocol | undefined)[] {
  const table: (Protocol | undefined)[] = new Array(65_536).fill(undefined);
  for (const protocol of protocols) for (const number of numbers(protocol) ?? []) table[number] = protocol;
  return table;
}
