import { EXIT, Failure } from '../failure.ts';
import { didYouMean } from '../suggest.ts';
import type { Packet } from '../wire/packet.ts';
import { pktapInterface } from '../wire/pktap.ts';
import type { CaptureReader } from './capture-reader.ts';

/** Interfaces that messages know the names of. */
const MOST_NAMES = 100;

/** The interface a packet was captured on, as its own header or else the file says; null where neither does. */
export function interfaceOf(packet: Packet, interfaces: CaptureReader['interfaces']): string | null {
  return pktapInterface(packet) ?? interfaces[packet.iface]?.name ?? null;
}

/**
 * The reader as though the capture held nothing but what was captured on one interface; packets keep their numbers. At
 * the end `fill` rejects with a Failure 66 when the capture names no such interface.
 */
export function onlyInterface(reader: CaptureReader, name: string): CaptureReader {
  const next = reader.next.bind(reader);
  const fill = reader.fill.bind(reader);
  const seen = new Set<string>();
  reader.next = (packet) => {
    while (next(packet)) {
      const iface = interfaceOf(packet, reader.interfaces);
      if (iface !== null && seen.size < MOST_NAMES) seen.add(iface);
      if (iface === name) return true;
    }
    return false;
  };
  reader.fill = async () => {
    if (await fill()) return true;
    const named = reader.interfaces.flatMap((one) => (one.name === null ? [] : [one.name]));
    const names = [...new Set([...named, ...seen])];
    if (names.includes(name)) return false;
    throw new Failure(EXIT.noInput, `no interface "${name}" in the capture`, {
      hint:
        names.length === 0 ? 'it does not name its interfaces' : didYouMean(name, names, `it has ${names.join(', ')}`),
    });
  };
  return reader;
}
