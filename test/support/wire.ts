import { decodeText } from '../../src/core/packet/packet-decode.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Faults } from '../../src/core/wire/faults.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { MESSAGE_BYTES } from '../../src/core/wire/tcp-pending.ts';

/** Bytes from hexadecimal text; white space does not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

/** One frame through `dissector`, or through one of its own. `length` is that on the wire. Throws what a protocol threw. */
export function dissectFrame(
  bytes: Uint8Array,
  linkType = 1,
  dissector: Dissector = new Dissector(REGISTRY),
  { packet = new Packet(), length = bytes.length, seconds = 0, nanoseconds = 0 } = {},
): Packet {
  packet.begin(bytes, 0, bytes.length, length, seconds, nanoseconds, 0, linkType);
  dissector.dissect(packet);
  if (dissector.faults.firstError !== null) throw dissector.faults.firstError;
  return packet;
}

/** The layers as `capture -V` prints them. Throws what a protocol threw. */
export function decoded(packet: Packet): string {
  const faults = new Faults();
  const text = decodeText(packet, faults);
  if (faults.firstError !== null) throw faults.firstError;
  return text;
}

/** `eth/ip/tcp` of a dissected packet, quoted headers left out. */
export function pathOf(packet: Packet): string {
  const names: string[] = [];
  for (let layer = 0; layer < packet.layerCount; layer++) {
    if (packet.layerQuoted[layer] === 0) names.push(REGISTRY.byId[packet.layerProtocol[layer]!]!.name);
  }
  return names.join('/');
}

/** The frame cut at every length and with every byte turned over, each dissected and printed by itself: nothing throws. */
export function everyPrefixAndFlip(frame: Uint8Array, linkType = 1): void {
  for (let length = 0; length <= frame.length; length++) {
    print(dissectFrame(frame.slice(0, length), linkType));
    print(dissectFrame(frame.slice(0, length), linkType, undefined, { length: frame.length }));
  }
  for (let index = 0; index < frame.length; index++) {
    const flipped = frame.slice();
    flipped[index]! ^= 0xff;
    print(dissectFrame(flipped, linkType));
  }
}

/** A conversation with each byte of each payload turned over, and with each frame missing: nothing throws. */
export function everyConversationDamaged(frames: readonly Uint8Array[], headers: number): void {
  const play = (damaged: number, bytes: Uint8Array | null): void => {
    const dissector = new Dissector(REGISTRY);
    const packet = new Packet();
    frames.forEach((frame, index) => {
      const given = index === damaged ? bytes : frame;
      if (given !== null) print(dissectFrame(given, 1, dissector, { packet }));
    });
  };
  frames.forEach((frame, index) => {
    play(index, null);
    for (let at = headers; at < frame.length; at++) {
      const flipped = frame.slice();
      flipped[at]! ^= 0xff;
      play(index, flipped);
    }
  });
}

/** The text of every layer, as `capture` and `capture -V` make it. */
export function print(packet: Packet): { readonly info: readonly string[]; readonly fields: readonly string[] } {
  const info: string[] = [];
  const fields: string[] = [];
  for (let layer = 0; layer < packet.layerCount; layer++) {
    const protocol = REGISTRY.byId[packet.layerProtocol[layer]!]!;
    const text = protocol.info?.(packet, layer);
    if (text !== undefined) info.push(text);
    protocol.fields?.(packet, layer, {
      field: (name, value) => fields.push(`${name}: ${value}`),
      open: (name, value) => fields.push(value === undefined ? name : `${name}: ${value}`),
      close: () => {},
    });
  }
  return { info, fields };
}

/** The bytes of unfinished messages that a dissector keeps, without what it takes to keep them. */
export const pendingBytesOf = ({ pending }: Dissector): number => pending.bytes - MESSAGE_BYTES * pending.size;
