import type { Test } from '../filter/logic.ts';
import { latin1 } from '../wire/bytes.ts';
import type { Packet } from '../wire/packet.ts';

/** Whether the bytes that the transport carries hold the text, in any case of ASCII letters. */
export function payloadSearch(text: string): (packet: Packet) => boolean {
  const needle = Buffer.from(text.toLowerCase(), 'utf8').toString('latin1').toLowerCase();
  return ({ payloadBytes, payloadStart, payloadEnd }) =>
    payloadEnd - payloadStart >= needle.length &&
    latin1(payloadBytes, payloadStart, payloadEnd).toLowerCase().includes(needle);
}

/** Whether the bytes of a layer of this protocol, and all it holds, pass; of the frame for null. Null without one. */
export function layerBytesTest(protocol: number | null, test: (text: string) => boolean): Test<Packet> {
  if (protocol === null) return ({ frame, frameStart, frameEnd }) => test(latin1(frame, frameStart, frameEnd));
  return ({ layerCount, layerProtocol, layerQuoted, layerBytes, layerStart, layerEnd }) => {
    let outcome: boolean | null = null;
    for (let layer = 0; layer < layerCount; layer++) {
      if (layerProtocol[layer] !== protocol || layerQuoted[layer] !== 0) continue;
      if (test(latin1(layerBytes[layer]!, layerStart[layer]!, layerEnd[layer]!))) return true;
      outcome = false;
    }
    return outcome;
  };
}

/** Bytes as `latin1` reads them, of a text as it is written. */
export function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
