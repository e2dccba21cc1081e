import { expect, test } from 'vitest';
import { parseProtocolsInUse } from '../../../src/platform/linux/proc-net-protocols.ts';
import { den } from './folder-machine.ts';

const text = den.read('/proc/net/protocols');

test('names the protocols that have sockets, of either family', () => {
  expect([...parseProtocolsInUse(text)].sort()).toEqual(['icmp', 'raw', 'tcp', 'udp', 'udplite']);
});

test('a cut only ever loses some', () => {
  const whole = parseProtocolsInUse(text);
  for (let end = 0; end < text.length; end++) {
    for (const proto of parseProtocolsInUse(text.slice(0, end))) expect(whole).toContain(proto);
  }
});
