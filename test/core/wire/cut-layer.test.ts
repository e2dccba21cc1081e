import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { infoOf } from '../../../src/core/wire/packet-text.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ethernet, ipv4, ipv4Frame, ipv6, octets, udp } from '../../support/headers.ts';
import { decoded, dissectFrame } from '../../support/wire.ts';

const QUERY = octets('1a2b 0100 0001 0000 0000 0000 07 6578616d706c65 03 6f7267 00 001c 0001');
const HELLO = octets('16 0301 0008 01 000004 03030102');
const FRAMES: Readonly<Record<string, Uint8Array>> = {
  TCP: tcpFrame({ srcPort: 4000, dstPort: 9999, flags: 0x18, seq: 7 }, [1, 2, 3]),
  TLS: tcpFrame({ srcPort: 4000, dstPort: 443, flags: 0x18, seq: 7 }, HELLO),
  HTTP: tcpFrame({ srcPort: 4000, dstPort: 80, flags: 0x18 }, [...Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]),
  DNS: udpFrame({ srcPort: 4000, dstPort: 53 }, QUERY),
  'an ICMP error': ipv4Frame(1, [...octets('0301 0000 00000000'), ...ipv4(17, udp(4000, 53, QUERY))]),
  echo: ipv4Frame(1, octets('0800 0000 1234 0001 6162')),
  ICMPv6: Uint8Array.from(ethernet(0x86dd, ipv6(58, octets('8000 0000 1234 0001')))),
  ARP: Uint8Array.from(ethernet(0x0806, octets('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002'))),
  VLAN: Uint8Array.from(ethernet(0x8100, octets('0064 0800'))),
};

/** Everything that is printed of the first `length` bytes, when others lie behind them in the buffer. */
function printed(frame: Uint8Array, length: number, behind: Uint8Array): string {
  const buffer = Uint8Array.from([...frame.subarray(0, length), ...behind]);
  const packet = new Packet();
  packet.begin(buffer, 0, length, frame.length, 0, 0, 0, 1);
  new Dissector(REGISTRY).dissect(packet);
  const text = `${infoOf(packet)}\n${decoded(packet)}`;
  // printing leaves everything as it was
  expect(Buffer.compare(buffer, Uint8Array.from([...frame.subarray(0, length), ...behind]))).toBe(0);
  return text;
}

test.each(Object.entries(FRAMES))('%s cut anywhere tells nothing of what lies behind it', (_name, frame) => {
  for (let length = 0; length <= frame.length; length++) {
    const text = printed(frame, length, new Uint8Array(0));
    for (const behind of [new Uint8Array(500), new Uint8Array(500).fill(0xff), new Uint8Array(7).fill(0x41)]) {
      expect(printed(frame, length, behind)).toBe(text);
    }
  }
});

describe('what is there is told', () => {
  const cut = (name: string, length: number) =>
    dissectFrame(FRAMES[name]!.slice(0, length), 1, undefined, { length: FRAMES[name]!.length });
  const linesOf = (name: string, length: number) =>
    decoded(cut(name, length))
      .split('\n')
      .map((line) => line.trim());

  test('fields up to the first one that is not', () => {
    const lines = linesOf('DNS', 36); // two bytes of the UDP header
    expect(lines).toContain('User Datagram Protocol (udp)');
    expect(lines).toContain('Source Port: 4000');
    expect(lines.join()).not.toContain('Destination Port');
    expect(linesOf('ARP', 14 + 7)).not.toContain('Opcode: request (1)');
  });

  test('a summary only of a whole header', () => {
    expect(infoOf(cut('DNS', 36))).toBe('User Datagram Protocol [Packet cut by the capture]');
    expect(infoOf(cut('VLAN', 3))).toBe('Ethernet II [Packet cut by the capture]');
    expect(infoOf(cut('TCP', 54))).toMatch(/^4000 → 9999 \[PSH, ACK\] Seq=/);
  });
});
