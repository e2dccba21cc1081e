import { expect, test } from 'vitest';
import { DnsKey } from '../../../src/core/stats/dns-key.ts';
import { DnsParts } from '../../../src/core/wire/app/dns/dns-parts.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { seeded } from '../../support/attack.ts';

const below = seeded(1);
const secret = (words: Int32Array): void => {
  for (let index = 0; index < words.length; index++) words[index] = below(2 ** 31) * 2;
};

const PACKET = { ipVersion: 4, src0: 1, src1: 9, dst0: 2, srcPort: 40_000, dstPort: 53 };

/** The parts of a query for a name. */
function queryFor(name: string): DnsParts {
  const parts = Object.assign(new DnsParts(), { id: 7, questions: 1, type: 1, qclass: 1 });
  parts.name.set(Buffer.from(`${String.fromCharCode(name.length)}${name}\0`));
  parts.nameLength = name.length + 2;
  return parts;
}

function hashesOf(key: DnsKey, packet: Partial<Packet>, name: string, isFromClient = true): readonly number[] {
  key.set(Object.assign(new Packet(), packet), isFromClient, 0, queryFor(name), 0xffff);
  return [key.conversationHash, key.hash];
}

test('both directions, any case of letters, and what is left in the words of IPv4 are the same', () => {
  const key = new DnsKey();
  const asked = hashesOf(key, PACKET, 'host-1');
  const back = { ...PACKET, src0: 2, dst0: 1, dst1: 5, srcPort: 53, dstPort: 40_000 };
  expect(hashesOf(key, back, 'HOST-1', false)).toEqual(asked);
  expect([key.clientPort, key.serverPort]).toEqual([40_000, 53]);
  expect(hashesOf(key, back, 'host-1')).not.toEqual(asked);
});

test('names and endpoints spread under each secret, and fall together under none for another reason', () => {
  for (let seed = 0; seed < 3; seed++) {
    const key = new DnsKey(secret);
    const hashes = new Set<number>();
    for (let number = 0; number < 500; number++) {
      hashes.add(hashesOf(key, PACKET, `host${number}`)[1]!);
      hashes.add(hashesOf(key, { ...PACKET, srcPort: number }, 'host')[0]!);
    }
    expect(hashes.size).toBeGreaterThanOrEqual(999);
    const used = new Set([...hashes].map((hash) => hash & 1023));
    // 1,000 thrown into 1,024 leave about 380 empty
    expect(used.size).toBeGreaterThan(550);
  }
});

test('another secret is another hash', () => {
  expect(hashesOf(new DnsKey(), PACKET, 'host')).not.toEqual(hashesOf(new DnsKey(), PACKET, 'host'));
});
