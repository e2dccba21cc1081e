import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Packet } from '../../../src/core/wire/packet.ts';
import * as wire from '../../support/wire.ts';

/** Takes the place of parts of test/support/wire.ts where the tests are bundled into the fuzzer, and keeps what is dissected. */
export interface RecordedFrame {
  readonly bytes: Uint8Array;
  readonly linkType: number;
}

/** The frames that each dissector was given. */
export const recorded = new Map<Dissector, RecordedFrame[]>();

/** Longer sequences are floods, of which the beginning shows what they are: the test ends there. */
const MOST_OF_ONE = 100;

type Options = Parameters<typeof wire.dissectFrame>[3];

export function dissectFrame(
  bytes: Uint8Array,
  linkType = 1,
  dissector = new Dissector(REGISTRY),
  options: Options = {},
): Packet {
  let frames = recorded.get(dissector);
  if (frames === undefined) {
    frames = [];
    recorded.set(dissector, frames);
  }
  if (frames.length === MOST_OF_ONE) throw new RangeError('a flood');
  frames.push({ bytes: Uint8Array.from(bytes), linkType });
  return wire.dissectFrame(bytes, linkType, dissector, options);
}

/** The fuzzer does this itself. */
export function everyPrefixAndFlip(frame: Uint8Array, linkType = 1): string {
  dissectFrame(frame, linkType);
  return '';
}
export function everyConversationDamaged(frames: readonly Uint8Array[]): string {
  const dissector = new Dissector(REGISTRY);
  for (const frame of frames) dissectFrame(frame, 1, dissector);
  return '';
}
