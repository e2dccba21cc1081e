import { EXIT, Failure } from '../failure.ts';
import { didYouMean } from '../suggest.ts';
import type { CaptureReader } from './capture-reader.ts';

/**
 * The reader as though the capture held nothing but what was captured on one interface; packets keep their numbers. At
 * the end `fill` rejects with a Failure 66 when the capture names no such interface.
 */
export function onlyInterface(reader: CaptureReader, name: string): CaptureReader {
  const next = reader.next.bind(reader);
  const fill = reader.fill.bind(reader);
  reader.next = (packet) => {
    while (next(packet)) if (reader.interfaces[packet.iface]?.name === name) return true;
    return false;
  };
  reader.fill = async () => {
    if (await fill()) return true;
    const names = reader.interfaces.flatMap((one) => (one.name === null ? [] : [one.name]));
    if (names.includes(name)) return false;
    throw new Failure(EXIT.noInput, `no interface "${name}" in the capture`, {
      hint:
        names.length === 0 ? 'it does not name its interfaces' : didYouMean(name, names, `it has ${names.join(', ')}`),
    });
  };
  return reader;
}
