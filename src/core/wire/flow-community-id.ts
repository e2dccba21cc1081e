import { type ByteText, constant } from '../net/byte-text.ts';
import { communityId, writeCommunityId, writeCommunityIdOfIpv4 } from '../net/community-id.ts';
import type { Flow } from './flow.ts';

const NULL = constant('null');
const V4 = [new Uint8Array(4), new Uint8Array(4)] as const;
const V6 = [new Uint8Array(16), new Uint8Array(16)] as const;

/** The ends of a flow, in either order. */
export type FlowEnds = Pick<
  Flow,
  'ipVersion' | 'transport' | 'a0' | 'a1' | 'a2' | 'a3' | 'aPort' | 'b0' | 'b1' | 'b2' | 'b3' | 'bPort'
>;

/** Community ID of a flow (see `communityId`); null for one without addresses. */
export function flowCommunityId(flow: FlowEnds): string | null {
  const ends = endsOf(flow);
  return ends === null ? null : communityId(flow.transport, ends[0], flow.aPort, ends[1], flow.bPort);
}

/** Writes the same as a literal of JSON. */
export function writeFlowCommunityId(out: ByteText, flow: FlowEnds): void {
  const { ipVersion, transport, a0, aPort, b0, bPort } = flow;
  if (ipVersion === 4) {
    writeCommunityIdOfIpv4(out, transport, a0 >>> 0, aPort, b0 >>> 0, bPort);
    return;
  }
  const ends = endsOf(flow);
  if (ends === null) out.constant(NULL);
  else writeCommunityId(out, transport, ends[0], aPort, ends[1], bPort);
}

function endsOf(flow: FlowEnds): readonly [Uint8Array, Uint8Array] | null {
  const { ipVersion } = flow;
  if (ipVersion !== 4 && ipVersion !== 6) return null;
  const ends = ipVersion === 4 ? V4 : V6;
  const [a, b] = ends;
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
  return ends;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
