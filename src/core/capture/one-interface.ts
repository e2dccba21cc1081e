import { EXIT, Failure } from '../failure.ts';
import { didYouMean } from '../suggest.ts';
import type { Packet } from '../wire/packet.ts';
import { pktapInterface } from '../wire/pktap.ts';
import type { CaptureReader } from './capture-reader.ts';
import { ReaderAround } from './reader-around.ts';

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
  return new OneInterface(reader, name);
}

class OneInterface extends ReaderAround {
  private readonly name: string;
  private readonly seen = new Set<string>();

  constructor(reader: CaptureReader, name: string) {
    super(reader);
    this.name = name;
  }

  override get keepsAllInterfaces() {
    return false;
  }

  next(packet: Packet): boolean {
    const { reader, seen, name } = this;
    while (reader.next(packet)) {
      const iface = interfaceOf(packet, reader.interfaces);
      if (iface !== null && seen.size < MOST_NAMES) seen.add(iface);
      if (iface === name) return true;
    }
    return false;
  }

  async fill(): Promise<boolean> {
    if (await this.reader.fill()) return true;
    const named = this.interfaces.flatMap((one) => (one.name === null ? [] : [one.name]));
    const names = [...new Set([...named, ...this.seen])];
    if (names.includes(this.name)) return false;
    throw new Failure(EXIT.noInput, `no interface "${this.name}" in the capture`, {
      hint:
        names.length === 0
          ? 'it does not name its interfaces'
          : didYouMean(this.name, names, `it has ${names.join(', ')}`),
    });
  }
}
