import { describe, expect, test } from 'vitest';
import { FrameRedactor } from '../../../src/core/redact/frame-redactor.ts';
import { REDACT_WORDS, type RedactWord } from '../../../src/core/redact/redact-words.ts';
import { Redaction } from '../../../src/core/redact/redaction.ts';
import { Faults } from '../../../src/core/wire/faults.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { CANARY_FRAMES, canariesIn } from '../../support/canaries.ts';
import { ascii, ethernet, ipv4, octets, udp } from '../../support/headers.ts';
import { dissectFrame } from '../../support/wire.ts';

const KEY = new Uint8Array(32).fill(3);

const AROUND = 64;
const tcpTo80 = [0x12, 0x34, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0];

/** Redacts single frames; what throws fails the test. */
function redactorOf(words: readonly RedactWord[]) {
  const frames = new FrameRedactor(new Redaction(words, KEY));
  frames.faults = new Faults();
  const packet = new Packet();
  return (bytes: Uint8Array, linkType = 1): Uint8Array => {
    packet.begin(bytes, 0, bytes.length, bytes.length, 0, 0, 0, linkType);
    const length = frames.redact(packet);
    expect(frames.faults!.count).toBe(0);
    expect(length).toBeLessThanOrEqual(bytes.length);
    return Uint8Array.from(frames.bytes.subarray(0, length));
  };
}

describe.each([[REDACT_WORDS], [['ips', 'hosts', 'macs']]] as const)('%j', (words) => {
  const redact = redactorOf(words);

  test('every frame cut at every byte throws nothing, and holds no canary', () => {
    const found = new Set<string>();
    for (const frame of CANARY_FRAMES) {
      const whole = Uint8Array.from(frame);
      for (let length = 0; length <= whole.length; length++) {
        const clean = redact(whole.subarray(0, length));
        if (length % 7 === 0) for (const form of canariesIn(clean)) found.add(form);
      }
    }
    expect([...found]).toEqual([]);
  });

  test('every byte turned over throws nothing, and shows no word', () => {
    const shown = new Set<string>();
    for (const frame of CANARY_FRAMES) {
      for (let at = 12; at < Math.min(frame.length, 160); at++) {
        const damaged = Uint8Array.from(frame);
        damaged[at]! ^= at % 2 === 0 ? 0xff : 1 << (at % 8);
        const text = Buffer.from(redact(damaged)).toString('latin1');
        if (text.includes('canary')) shown.add(`${frame.slice(12, 40)} at ${at}`);
      }
    }
    expect([...shown]).toEqual([]);
  });

  test('in its place a frame becomes what its copy does, and nothing around it changes', () => {
    const frames = new FrameRedactor(new Redaction(words, KEY));
    const packet = new Packet();
    for (const frame of CANARY_FRAMES) {
      for (let length = 0; length <= frame.length; length++) {
        const around = new Uint8Array(AROUND + length + AROUND).fill(0xa5);
        around.set(frame.slice(0, length), AROUND);
        packet.begin(around, AROUND, AROUND + length, length, 0, 0, 0, 1);
        frames.redactInPlace(packet);
        const clean = redact(Uint8Array.from(frame.slice(0, length)));
        const there = around.subarray(AROUND, packet.frameEnd);
        const others = [around.subarray(0, AROUND), around.subarray(AROUND + length)];
        if (Buffer.compare(there, clean) !== 0) expect([length, ...there]).toEqual([length, ...clean]);
        if (others.some((bytes) => bytes.some((byte) => byte !== 0xa5))) expect(others).toEqual([frame, length]);
      }
    }
  });

  test('frames of other link types lose everything', () => {
    expect(redact(Uint8Array.from(CANARY_FRAMES[0]!), 105)).toHaveLength(0);
  });
});

test('what an address becomes is the same wherever it stands', () => {
  const redact = redactorOf(['ips']);
  const from = [93, 184, 216, 34];
  const inner = ipv4(17, udp(53, 5000, []), { from });
  const plain = redact(Uint8Array.from(ethernet(0x0800, inner)));
  const address = [...plain.subarray(26, 30)];
  expect(address).not.toEqual(from);
  const icmp = redact(Uint8Array.from(ethernet(0x0800, ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0, ...inner]))));
  expect([...icmp.subarray(54, 58)]).toEqual(address);
  const vxlan = [8, 0, 0, 0, 0, 0, 1, 0, ...ethernet(0x0800, inner)];
  const tunnel = redact(Uint8Array.from(ethernet(0x0800, ipv4(17, udp(4789, 4789, vxlan)))));
  expect([...tunnel.subarray(76, 80)]).toEqual(address);
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...octets('020000000001'), ...from, 0, 0, 0, 0, 0, 0, ...from];
  expect([...redact(Uint8Array.from(ethernet(0x0806, arp))).subarray(28, 32)]).toEqual(address);
  const name = [
    2,
    ...ascii('34'),
    3,
    ...ascii('216'),
    3,
    ...ascii('184'),
    2,
    ...ascii('93'),
    7,
    ...ascii('in-addr'),
    4,
    ...ascii('arpa'),
    0,
  ];
  const dns = [
    0,
    1,
    1,
    0,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    0,
    ...name,
    0,
    12,
    0,
    1,
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    9,
    0,
    4,
    ...from,
  ];
  const answer = redact(Uint8Array.from(ethernet(0x0800, ipv4(17, udp(53, 5000, dns)))));
  expect([...answer.subarray(-4)]).toEqual(address);
});

test('what is whole stays as long as it was: padding becomes zeros, layers and lengths stay', () => {
  const frame = Uint8Array.from([...ethernet(0x0800, ipv4(17, udp(5000, 5001, []))), ...new Array(18).fill(0x41)]);
  const clean = redactorOf(REDACT_WORDS)(frame);
  expect(clean).toHaveLength(frame.length);
  expect([...clean.subarray(-18)]).toEqual(new Array(18).fill(0));
  const packet = dissectFrame(clean, 1);
  expect([packet.malformed, packet.truncated, packet.srcPort, packet.dstPort]).toEqual([false, false, 5000, 5001]);
});

test('a packet in a packet, without end, ends', () => {
  let nested: number[] = udp(1, 2, []);
  for (let depth = 0; depth < 40; depth++) nested = ipv4(4, nested);
  expect(redactorOf(REDACT_WORDS)(Uint8Array.from(ethernet(0x0800, nested))).length).toBeLessThan(200);
});

test('a field of HTTP stays if everybody has it, whatever its case; its value, if it says nothing of anybody', () => {
  const head = [
    'GET /secret HTTP/1.1',
    'HOST: \tone.example:80 ',
    'Content-Length:12',
    'coNNection: \tclose \t',
    'constructor: secret',
    'User-Agent: some one',
    ' folded',
    'no field',
    ': none',
    'Age:',
    '',
    'body',
  ].join('\r\n');
  const bytes = Uint8Array.from(ethernet(0x0800, ipv4(6, [...tcpTo80, ...ascii(head)])));
  const text = Buffer.from(redactorOf(['ips', 'macs'])(bytes).subarray(54)).toString('latin1');
  expect(text.split('\r\n')).toEqual([
    'GET /xxxxxx HTTP/1.1',
    'HOST: \tone.example:80 ',
    'Content-Length:12',
    'coNNection: \tclose \t',
    'xxxxxxxxxxx: xxxxxx',
    'User-Agent: xxxx xxx',
    ' xxxxxx',
    'xx xxxxx',
    'x xxxx',
    'Age:',
    '',
    '',
  ]);
});
