import { expect, test } from 'vitest';
import { layersNamed, PROTOCOL_NAMES } from '../../../src/core/filter/protocol-names.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { ALL_PROTOCOLS, REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

test.each(ALL_PROTOCOLS.map(({ name }) => name))('%s is known to filters', (name) => {
  expect(PROTOCOL_NAMES).toContain(name);
});

test.each([...PROTOCOL_NAMES])('%s filters packets, or it is said that it cannot', (name) => {
  const layers = layersNamed(name).filter((layer) => REGISTRY.byName.has(layer));
  const packet = dissectFrame(udpFrame({ srcPort: 1, dstPort: 2 }, [0]));
  if (layers.length === 0) expect(() => compilePacketFilter(name)).toThrow(`${name} is not dissected`);
  else expect(compilePacketFilter(name).matches(packet)).toBe(['eth', 'ip', 'udp'].includes(name));
});
