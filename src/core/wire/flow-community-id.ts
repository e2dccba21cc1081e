import { communityId } from '../net/community-id.ts';
import type { Flow } from './flow.ts';

const V4 = [new Uint8Array(4), new Uint8Array(4)] as const;
const V6 = [new Uint8Array(16), new Uint8Array(16)] as const;

/** The ends of a flow, in either order. */
export type FlowEnds = Pick<
  Flow,
  'ipVersion' | 'transport' | 'a0' | 'a1' | 'a2' | 'a3' | 'aPort' | 'b0' | 'b1' | 'b2' | 'b3' | 'bPort'
>;

/** Community ID of a flow (see `communityId`); null for one without addresses. */
export function flowCommunityId(flow: FlowEnds): string | null {
  const { ipVersion, transport, aPort, bPort } = flow;
  if (ipVersion !== 4 && ipVersion !== 6) return null;
  const [a, b] = ipVersion === 4 ? V4 : V6;
  writeWord(a, 0, flow.a0);
  writeWord(b, 0, flow.b0);
  if (ipVersion === 6) {
    writeWord(a, 4, flow.a1);
    writeWord(a, 8, flow.a2);
    writeWord(a, 12, flow.a3);
    writeWord(b, 4, flow.b1);
    writeWord(b, 8, flow.b2);
    writeWord(b, 12, flow.b3);
  }
  return communityId(transport, a, aPort, b, bPort);
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
