import { expect, test } from 'vitest';
import { arpConflict } from '../../../../src/core/insight/rules/arp-conflict.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ethernet, ipv6, type Octets, octets } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { dissectFrame } from '../../../support/wire.ts';

const A = octets('02000000000a');
const B = octets('02000000000b');
const ADDRESS = [10, 0, 0, 9];

/** `mac` says that it has the address: a reply to 10.0.0.1. */
const reply = (mac: Octets, address: Octets = ADDRESS): Uint8Array =>
  Uint8Array.from(
    ethernet(0x0806, [...octets('0001 0800 06 04 0002'), ...mac, ...address, ...octets('020000000001 0a000001')]),
  );
const request = (mac: Octets, sender: Octets, target: Octets): Uint8Array =>
  Uint8Array.from(
    ethernet(0x0806, [...octets('0001 0800 06 04 0001'), ...mac, ...sender, ...octets('000000000000'), ...target]),
  );
/** A neighbor advertisement for 2001:db8::9 with these flags. */
const advertisement = (mac: Octets, flags: number): Uint8Array =>
  Uint8Array.from(
    ethernet(
      0x86dd,
      ipv6(58, [136, 0, 0, 0, flags, 0, 0, 0, ...octets('20010db8000000000000000000000009'), 2, 1, ...mac]),
    ),
  );
const subjects = async (frames: readonly (Uint8Array | { bytes: Uint8Array; milliseconds: number })[]) =>
  (await findingsOf('arp_conflict', frames)).map(
    ({ subject, severity, confidence }) => `${subject} ${severity} ${confidence}`,
  );

test('an address that comes back to the card that had it', async () => {
  expect(await findingsOf('arp_conflict', [reply(A), reply(B), reply(A)])).toEqual([
    {
      time: '2025-01-01T00:00:00.002000Z',
      rule: 'arp_conflict',
      severity: 'error',
      confidence: 'medium',
      summary: '10.0.0.9 is claimed by 02:00:00:00:00:0a (2 times) and 02:00:00:00:00:0b (1 times)',
      evidence: [
        'packet number=3 address=10.0.0.9 mac=02:00:00:00:00:0a claims=2',
        'packet number=2 address=10.0.0.9 mac=02:00:00:00:00:0b claims=1',
      ],
      since: '2025-01-01T00:00:00.001000Z',
      advice: arpConflict.advice,
      subject: '10.0.0.9',
      source: 'rules',
    },
  ]);
});

const VRRP = octets('00005e000107');
const HSRP = octets('00000c07ac01');
test.each([
  ['back and forth', [reply(A), reply(B), reply(A), reply(B)], ['10.0.0.9 error high']],
  ['a card that was replaced', [reply(A), reply(A), reply(B), reply(B)], []],
  ['two addresses', [reply(A), reply(B, [10, 0, 0, 8]), reply(A)], []],
  [
    'announcements',
    [request(A, ADDRESS, ADDRESS), request(B, ADDRESS, ADDRESS), request(A, ADDRESS, ADDRESS)],
    ['10.0.0.9 error medium'],
  ],
  [
    'ordinary requests',
    [request(A, ADDRESS, [10, 0, 0, 1]), request(B, ADDRESS, [10, 0, 0, 1]), request(A, ADDRESS, [10, 0, 0, 1])],
    [],
  ],
  ['probes', [request(A, [0, 0, 0, 0], ADDRESS), reply(B), request(A, [0, 0, 0, 0], ADDRESS)], []],
  ['VRRP', [reply(A), reply(VRRP), reply(A), reply(VRRP)], []],
  ['HSRP', [reply(A), reply(HSRP), reply(A), reply(HSRP)], []],
  ['IPv6', [advertisement(A, 0x20), advertisement(B, 0x20), advertisement(A, 0x20)], ['2001:db8::9 error medium']],
  ['IPv6, without override', [advertisement(A, 0x40), advertisement(B, 0x40), advertisement(A, 0x40)], []],
  [
    'a card that answers for others',
    [...[1, 2, 3, 4].map((host) => reply(B, [10, 0, 1, host])), reply(A), reply(B), reply(A)],
    ['10.0.0.9 warn low'],
  ],
] as const)('%s', async (_, frames, expected) => {
  expect(await subjects(frames)).toEqual(expected);
});

test('it must come back within the window', async () => {
  const after = (milliseconds: number) =>
    subjects([
      { bytes: reply(A), milliseconds: 0 },
      { bytes: reply(B), milliseconds: 1 },
      { bytes: reply(A), milliseconds },
    ]);
  expect(await after(300_000)).toEqual(['10.0.0.9 error medium']);
  expect(await after(300_001)).toEqual([]);
});

test('addresses are bounded', () => {
  const { packet: take, findings } = opened(arpConflict);
  const dissector = new Dissector(REGISTRY);
  for (let host = 0; host < 5000; host++) {
    for (const mac of [A, B, A]) take!(dissectFrame(reply(mac, [10, 2, host >> 8, host & 255]), 1, dissector), 0);
  }
  expect([...findings(0)]).toHaveLength(4096);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(arpConflict, [reply(A), reply(B), reply(A)], 0, 590, 601)).toEqual([1, 1, 0]);
});
