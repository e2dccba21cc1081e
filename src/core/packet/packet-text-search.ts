import type { Test } from '../filter/logic.ts';
import { latin1 } from '../wire/bytes.ts';
import type { Packet } from '../wire/packet.ts';

/** Whether the transport payload contains the text, ignoring the case of ASCII letters. */
export function payloadSearch(text: string): (packet: Packet) => boolean {
  const needle = Buffer.from(text.toLowerCase(), 'utf8').toString('latin1').toLowerCase();
  return ({ payloadBytes, payloadStart, payloadEnd }) =>
    payloadEnd - payloadStart >= needle.length &&
    latin1(payloadBytes, payloadStart, payloadEnd).toLowerCase().includes(needle);
}

/**
 * Whether the bytes of a layer of this protocol and everything it contains pass the test; with null, the bytes of the
 * frame. Null when there is no such layer.
 */
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

/** The UTF-8 bytes of a text, one character each, as `latin1` reads them. */
export function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
