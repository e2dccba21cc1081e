import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';
import type { Dissection, Protocol } from './protocol.ts';

/** Lets the first protocol, but for `except`, that recognises the bytes of a stream take the segment; undefined when none does. */
export function dissectByContent(
  packet: Packet,
  flow: Flow,
  dissection: Dissection,
  except = '',
): Protocol | undefined {
  const { segmentsByContent } = dissection.registry;
  for (let index = 0; index < segmentsByContent.length; index++) {
    const candidate = segmentsByContent[index]!;
    if (candidate.name === except || !candidate.segmentLooksLike!(packet)) continue;
    if (candidate.keepsStream === true) flow.application = candidate;
    if (candidate.segment!(packet, dissection)) return candidate;
  }
  return undefined;
}
