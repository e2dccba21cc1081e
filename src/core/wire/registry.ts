import { END } from './outcome.ts';
import { PortTable } from './port-table.ts';
import type { Protocol, Registry } from './protocol.ts';

/** Builds the tables of a registry. Where two protocols claim one number, the later in the list has it. */
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
    udpPorts: new PortTable(
      byId,
      idsBy(protocols, 65_536, ({ udpPorts }) => udpPorts),
    ),
    tcpPorts: new PortTable(
      byId,
      idsBy(protocols, 65_536, ({ tcpPorts }) => tcpPorts),
    ),
    datagramsByContent: protocols.filter(({ datagramLooksLike }) => datagramLooksLike !== undefined),
    segmentsByBeginning: protocols.filter(({ segmentBegins }) => segmentBegins !== undefined),
    segmentsByContent: protocols.filter(({ segmentLooksLike }) => segmentLooksLike !== undefined),
  };
}

/** Whether one of the protocols is above TCP. */
export const hasStreams = ({ byId }: Registry): boolean => byId.some((protocol) => protocol?.segment !== undefined);

type Numbers = readonly number[] | undefined;

function idsBy(protocols: readonly Protocol[], size: number, numbers: (of: Protocol) => Numbers): Uint8Array {
  const table = new Uint8Array(size);
  for (const protocol of protocols) for (const number of numbers(protocol) ?? []) table[number] = protocol.id;
  return table;
}
