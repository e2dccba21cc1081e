import { join } from 'node:path';
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

/** Where what damage comes to is written down: one file for each table of samples. */
export const damageFile = (name: string): string =>
  join(import.meta.dirname, '../golden/damage', `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.txt`);

/** What became of a frame: its layers, `!` malformed, `~` cut short, what the topmost layer says and its fields' number. */
function outcomeOf(packet: Packet): string {
  const { info, fields } = print(packet);
  const marks = (packet.malformed ? '!' : '') + (packet.truncated ? '~' : '');
  return `${pathOf(packet)}${marks} ${fields.length} ${JSON.stringify(info.at(-1) ?? '')}`;
}

/** A line for each row of neighbours that came to the same; those that came to `usual` have none. */
function linesOf(
  title: string,
  outcomes: readonly (readonly [at: number, outcome: string])[],
  usual: string,
): string[] {
  const lines: string[] = [];
  for (let index = 0; index < outcomes.length; ) {
    const [first, outcome] = outcomes[index]!;
    while (index < outcomes.length && outcomes[index]![1] === outcome) index++;
    const last = outcomes[index - 1]![0];
    if (outcome !== usual) lines.push(`  ${title} ${first === last ? first : `${first}-${last}`}: ${outcome}`);
  }
  return lines;
}

/** What carries nearly every sample: it has samples of its own. */
const CARRIERS: ReadonlySet<string> = new Set(['eth', 'ip', 'udp', 'tcp']);

/** The bytes of the layers between what carries them and what they carry, with their fields; of all when there are none. */
function ownPart(packet: Packet): { readonly from: number; readonly to: number; readonly fields: readonly string[] } {
  const layers = Array.from({ length: packet.layerCount }, (_, layer) => layer);
  const isCarrier = (layer: number): boolean => CARRIERS.has(REGISTRY.byId[packet.layerProtocol[layer]!]!.name);
  const first = layers.findIndex((layer) => !isCarrier(layer));
  if (first < 0) return { from: 0, to: packet.bytes.length, fields: print(packet).fields };
  const inner = layers.findIndex((layer) => layer > first && isCarrier(layer));
  return {
    from: packet.layerStart[first]!,
    to: inner < 0 ? packet.bytes.length : packet.layerStart[inner]!,
    fields: layers.filter((layer) => !isCarrier(layer)).flatMap((layer) => print(packet, layer).fields),
  };
}

/**
 * What comes of the frame cut at every length, with every byte turned over, and made greater by one: a line for each row
 * of neighbours, for the bytes of its own layers. Nothing throws, wherever it is.
 */
export function everyPrefixAndFlip(frame: Uint8Array, linkType = 1): string {
  const { from, to, fields } = ownPart(dissectFrame(frame, linkType));
  const usual = outcomeOf(dissectFrame(frame, linkType));
  const outcomes = (change: (at: number) => Packet, most: number): [number, string][] => {
    const all = Array.from({ length: most }, (_, at): [number, string] => [at, outcomeOf(change(at))]);
    return all.filter(([at]) => at >= from && at <= to);
  };
  const changed = (change: (byte: number) => number): [number, string][] =>
    outcomes((at) => dissectFrame(frame.with(at, change(frame[at]!)), linkType), frame.length);
  const cut = (length?: number): [number, string][] =>
    outcomes(
      (at) => dissectFrame(frame.slice(0, at), linkType, undefined, length === undefined ? {} : { length }),
      frame.length + 1,
    );
  return [
    usual,
    ...fields.map((field) => `  ${JSON.stringify(field)}`),
    ...linesOf('sent', cut(), usual),
    ...linesOf('kept', cut(frame.length), usual),
    ...linesOf(
      'flip',
      changed((byte) => byte ^ 0xff),
      usual,
    ),
    ...linesOf(
      '+1',
      changed((byte) => (byte + 1) & 255),
      usual,
    ),
    '',
  ].join('\n');
}

/**
 * What comes of a conversation with each byte of each payload turned over, and with each frame missing: a line for each
 * row of neighbours, with what became of which frames. Nothing throws.
 */
export function everyConversationDamaged(frames: readonly Uint8Array[], headers: number): string {
  const play = (damaged: number, bytes: Uint8Array | null): string[] => {
    const dissector = new Dissector(REGISTRY);
    const packet = new Packet();
    return frames.map((frame, index) => {
      const given = index === damaged ? bytes : frame;
      return given === null ? 'gone' : outcomeOf(dissectFrame(given, 1, dissector, { packet }));
    });
  };
  const usual = play(-1, null);
  const differences = (outcomes: readonly string[]): string =>
    outcomes.flatMap((outcome, index) => (outcome === usual[index] ? [] : [`[${index}] ${outcome}`])).join('; ');
  const lines = usual.map((outcome, index) => `  [${index}] ${outcome}`);
  frames.forEach((frame, index) => {
    lines.push(`  ${index} missing: ${differences(play(index, null))}`);
    const flips: [number, string][] = [];
    for (let at = headers; at < frame.length; at++) {
      flips.push([at, differences(play(index, frame.with(at, frame[at]! ^ 0xff)))]);
    }
    lines.push(...linesOf(`${index} flip`, flips, ''));
  });
  return [...lines, ''].join('\n');
}

/** The text of every layer, or of `only` one, as `capture` and `capture -V` make it. */
export function print(
  packet: Packet,
  only?: number,
): { readonly info: readonly string[]; readonly fields: readonly string[] } {
  const info: string[] = [];
  const fields: string[] = [];
  for (let layer = only ?? 0; layer < (only === undefined ? packet.layerCount : only + 1); layer++) {
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
