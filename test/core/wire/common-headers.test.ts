import { beforeAll, describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { readCommonHeaders, tunnelPorts } from '../../../src/core/wire/common-headers.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { damaged, type SampleFrame, sampleFrames, seeded } from '../../support/attack.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';

const TUNNELS = tunnelPorts(REGISTRY);
const ONE_BY_ONE = new Dissector(REGISTRY, { applications: false });
/** What is known of flows, and of the connection. */
const OF_FLOWS = ['flow', 'direction', 'tcpAnalysis', 'expertCount', 'experts', 'messages', 'number'];

let frames: readonly SampleFrame[] = [];
beforeAll(async () => {
  frames = await sampleFrames();
});

/** All that a packet says but of its flow; of its layers as many as there are, of addresses and TCP where there are some. */
function said(packet: Packet): unknown {
  const { layerCount, ipVersion, transport } = packet;
  const all = Object.entries(packet).filter(([name]) => !OF_FLOWS.includes(name));
  const isSet = (name: string): boolean =>
    /^(src|dst)\d$/.test(name)
      ? ipVersion !== 0
      : name.startsWith('tcp')
        ? transport === 6
        : name !== 'payloadBytes' || packet.payloadEnd !== 0;
  return Object.fromEntries(
    all
      .filter(([name]) => isSet(name))
      .map(([name, value]) => [
        name,
        name.startsWith('layer') && name !== 'layerCount' ? [...(value as [])].slice(0, layerCount) : value,
      ]),
  );
}

function begun({ bytes, linkType }: SampleFrame, cut: number): Packet {
  const packet = new Packet();
  packet.begin(bytes, 0, bytes.length, bytes.length + cut, 1, 2, 0, linkType);
  return packet;
}

/** Without what is read in one go. */
function dissectOneByOne(dissector: Dissector, packet: Packet): void {
  packet.rewind();
  const first = REGISTRY.linkTypes.get(packet.linkType);
  if (first !== undefined) dissector.continue(packet, first);
}

/** How it was read in one go, and header by header; null for one that is not read in one go. */
function bothWays(frame: SampleFrame, cut = 0): readonly [unknown, unknown] | null {
  const atOnce = begun(frame, cut);
  if (!readCommonHeaders(atOnce, TUNNELS)) return null;
  const oneByOne = begun(frame, cut);
  dissectOneByOne(ONE_BY_ONE, oneByOne);
  return [said(atOnce), said(oneByOne)];
}

test('what is read in one go is what the protocols read, of whole frames and damaged ones', () => {
  const random = seeded(1);
  let read = 0;
  for (let round = 0; round < 12; round++) {
    for (const { bytes, linkType } of frames) {
      const other = frames[random(frames.length)]!;
      const both = bothWays(
        { bytes: round === 0 ? bytes : damaged(bytes, other.bytes, random), linkType },
        random(3) * 40,
      );
      if (both === null) continue;
      expect(both[0]).toEqual(both[1]);
      read++;
    }
  }
  expect(read).toBeGreaterThan(1000);
});

describe.each([
  ['TCP', tcpFrame({ srcPort: 1, dstPort: 443, flags: 0x12, seq: 0xfffffff0 }, [1, 2, 3])],
  ['UDP', udpFrame({ srcPort: 53, dstPort: 40_000 }, [1, 2, 3])],
])('%s', (_, bytes) => {
  test('is read in one go, and cut anywhere it is what the protocols read', () => {
    expect(bothWays({ bytes, linkType: 1 })).not.toBeNull();
    for (let end = 0; end < bytes.length; end++) {
      const both = bothWays({ bytes: bytes.subarray(0, end), linkType: 1 }, bytes.length - end);
      if (both !== null) expect(both[0]).toEqual(both[1]);
    }
  });
});

test('a tunnel is not, nor a fragment, nor another link', () => {
  const bytes = udpFrame({ srcPort: 4000, dstPort: 4789 }, [8, 0, 0, 0, 0, 0, 7, 0]);
  expect(bothWays({ bytes, linkType: 1 })).toBeNull();
  const fragment = udpFrame({ srcPort: 4000, dstPort: 53 }, [1]);
  fragment[20] = 0x20;
  expect(bothWays({ bytes: fragment, linkType: 1 })).toBeNull();
  expect(bothWays({ bytes: tcpFrame({ srcPort: 1, dstPort: 2, flags: 2 }), linkType: 113 })).toBeNull();
});

test('with flows and applications, a packet is what it is header by header', () => {
  const random = seeded(3);
  const [one, other] = [new Dissector(REGISTRY), new Dissector(REGISTRY)];
  for (const { bytes, linkType } of frames) {
    for (let round = 0; round < 3; round++) {
      const frame = round === 0 ? bytes : damaged(bytes, frames[random(frames.length)]!.bytes, random);
      const [atOnce, oneByOne] = [begun({ bytes: frame, linkType }, 0), begun({ bytes: frame, linkType }, 0)];
      one.dissect(atOnce);
      dissectOneByOne(other, oneByOne);
      expect(said(atOnce)).toEqual(said(oneByOne));
      expect(atOnce.flow?.stream).toBe(oneByOne.flow?.stream);
    }
  }
});

test('headers alone are of no flow, and all else is what it is with flows', () => {
  const alone = new Dissector(REGISTRY, { headersAlone: true });
  const known = new Dissector(REGISTRY, { applications: false });
  for (const frame of frames) {
    const [one, other] = [begun(frame, 0), begun(frame, 0)];
    alone.dissect(one);
    dissectOneByOne(known, other);
    expect(one.flow).toBeNull();
    expect(said(one)).toEqual(said(other));
  }
  expect(alone.flows.flows).toEqual([]);
  expect(known.flows.flows.length).toBeGreaterThan(100);
});
