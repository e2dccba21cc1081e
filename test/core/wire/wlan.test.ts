import { describe, expect, test } from 'vitest';
import { destinationText, infoOf, sourceText } from '../../../src/core/wire/packet-text.ts';
import { ascii, ipv4, ipv4Frame, octets, udp } from '../../support/headers.ts';
import { type LayerSample, testLayers, testLayersWithTshark } from '../../support/layer-samples.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

type Octets = readonly number[];

const A1 = octets('020000000001');
const A2 = octets('020000000002');
const A3 = octets('020000000003');
const A4 = octets('020000000004');
/** Frame control and flags, three addresses, number 291 and fragment 0, then the rest. */
const frame = (control: number, flags: number, rest: Octets = []): number[] => [
  ...[control, flags, 0, 0, ...A1, ...A2, ...A3],
  ...[0x30, 0x12, ...rest],
];
const ssid = (name: Octets): number[] => [0, name.length, ...name];
const FIXED = octets('0000000000000000 6400 0100');
const SNAP_IP = [...octets('aaaa03 000000 0800'), ...ipv4(17, udp(40_000, 40_001, ascii('hello')))];
const key = (descriptor: number, information: string, length: number): number[] => [
  ...octets('02 03'),
  ...[0, 95 + length, descriptor, ...octets(information), ...new Array<number>(90).fill(0), 0, length],
  ...new Array<number>(length).fill(1),
];
const keyFrame = (descriptor: number, information: string, length: number): number[] =>
  frame(0x08, 2, [...octets('aaaa03 000000 888e'), ...key(descriptor, information, length)]);

const [OF_1, OF_2, OF_3, OF_4] = [A1, A2, A3, A4].map((address) =>
  address.map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
);

/** Summary, source and destination of each, as in tshark. */
const FRAMES: readonly (readonly [info: string, source: string | null, destination: string, bytes: Octets])[] = [
  [
    'Beacon frame, SN=291, FN=0, Flags=........, SSID="home"',
    OF_2!,
    OF_1!,
    frame(0x80, 0, [...FIXED, ...ssid(ascii('home'))]),
  ],
  ['Probe Request, SN=291, FN=0, Flags=........, SSID=Wildcard (Broadcast)', OF_2!, OF_1!, frame(0x40, 0, ssid([]))],
  [
    'Probe Response, SN=291, FN=0, Flags=....R..., SSID=b2e2',
    OF_2!,
    OF_1!,
    frame(0x50, 8, [...FIXED, ...ssid([0xb2, 0xe2])]),
  ],
  ['Authentication, SN=291, FN=0, Flags=........', OF_2!, OF_1!, frame(0xb0, 0, octets('0000 0100 0000'))],
  ['Deauthentication, SN=291, FN=0, Flags=........', OF_2!, OF_1!, frame(0xc0, 0, octets('0700'))],
  ['Request-to-send, Flags=........', OF_2!, OF_1!, [0xb4, 0, 0, 0, ...A1, ...A2]],
  ['Acknowledgement, Flags=...P....', null, OF_1!, [0xd4, 0x10, 0, 0, ...A1]],
  ['Data, SN=291, FN=0, Flags=.p......', OF_2!, OF_1!, frame(0x08, 0x40, octets('00112233'))],
  ['Data, SN=291, FN=0, Flags=.p.....T', OF_2!, OF_3!, frame(0x08, 0x41, octets('00112233'))],
  ['Data, SN=291, FN=0, Flags=.p....F.', OF_3!, OF_1!, frame(0x08, 0x42, octets('00112233'))],
  ['QoS Data, SN=291, FN=0, Flags=.p....FT', OF_4!, OF_3!, frame(0x88, 0x43, [...A4, 0, 0, ...octets('00112233')])],
  ['QoS Null function (No data), SN=291, FN=0, Flags=...P...T', OF_2!, OF_3!, frame(0xc8, 0x11, [0, 0])],
  ['Key (Message 1 of 4)', OF_3!, OF_1!, keyFrame(2, '008a', 0)],
  ['Key (Message 2 of 4)', OF_3!, OF_1!, keyFrame(2, '010a', 4)],
  ['Key (Message 3 of 4)', OF_3!, OF_1!, keyFrame(2, '13ca', 4)],
  ['Key (Message 4 of 4)', OF_3!, OF_1!, keyFrame(254, '0309', 0)],
  ['Key (Group Message 1 of 2)', OF_3!, OF_1!, keyFrame(2, '1382', 4)],
  ['Key (Group Message 2 of 2)', OF_3!, OF_1!, keyFrame(2, '0302', 0)],
];

describe.each(FRAMES)('%s', (info, source, destination, bytes) => {
  test('is shown, with who sent it and whom it is for', () => {
    const packet = dissectFrame(Uint8Array.from(bytes), 105);
    expect([infoOf(packet), sourceText(packet), destinationText(packet)]).toEqual([info, source, destination]);
  });
});

test.skipIf(toolIsMissing('tshark'))('tshark says the same', () => {
  const frames = FRAMES.map(([, , , bytes]) => ({ bytes: Uint8Array.from(bytes), linkType: 105 }));
  const said = tsharkFields(frames, ['_ws.col.Source', '_ws.col.Destination', '_ws.col.Info']);
  const same = said.map((line) => line.replaceAll(/ \([RT]A\)|, BI=\d+|\[Malformed Packet\]/g, ''));
  expect(same).toEqual(FRAMES.map(([info, source, destination]) => [source ?? '', destination, info].join('\t')));
});

test.each([
  ['a Probe Request', '00 40', [...ssid(ascii('a'))], 'Probe Request, SN=18, FN=0, Flags=........, SSID="a"'],
  ['a Beacon', '00 80', [...FIXED, ...ssid(ascii('a'))], 'Beacon frame, SN=18, FN=0, Flags=........, SSID="a"'],
  ['data', '01 88', [0, 0, ...SNAP_IP], '40000 → 40001 Len=5'],
])('frame control and number in the other order, as of Cisco in CAPWAP: %s', (_, control, rest, info) => {
  const swapped = [...octets(control), 0, 0, ...A1, ...A2, ...A3, 0x01, 0x20, ...rest];
  const capwap = udp(40_000, 5247, [...octets('00 100300 0000 0000'), ...swapped]);
  expect(infoOf(dissectFrame(ipv4Frame(17, capwap)))).toBe(info);
});

test.each([
  ['as it is sent', '0000'],
  ['by a station that saves power', '0010'],
])('an Association Request %s is one', (_, control) => {
  const packet = dissectFrame(Uint8Array.from([...octets(control), ...frame(0, 0).slice(2), 0, 0, 0, 0]), 105);
  expect(infoOf(packet)).toMatch(/^Association Request, SN=291/);
});

test('what is cut says what there is', () => {
  const beacon = frame(0x80, 0, [...FIXED, ...ssid(ascii('home'))]);
  const shown = (length: number): string => infoOf(dissectFrame(Uint8Array.from(beacon.slice(0, length)), 105));
  expect(shown(39)).toBe('Beacon frame, SN=291, FN=0, Flags=........');
  expect(shown(12)).toBe('Beacon frame, Flags=........ [Malformed Packet]');
});

const mesh = (flags: number, addresses: number): number[] => [
  flags,
  31,
  1,
  0,
  0,
  0,
  ...new Array<number>(addresses * 6).fill(9),
];
const MESH: LayerSample[] = [
  ['QoS without mesh control', 'wlan/llc/ip/udp', frame(0x88, 3, [...A4, 0, 0, ...SNAP_IP]), 105],
  ['mesh control', 'wlan/llc/ip/udp', frame(0x88, 3, [...A4, 0, 1, ...mesh(0, 0), ...SNAP_IP]), 105],
  ['mesh control, two addresses', 'wlan/llc/ip/udp', frame(0x88, 3, [...A4, 0, 1, ...mesh(2, 2), ...SNAP_IP]), 105],
  ['mesh control to a group', 'wlan/llc/ip/udp', frame(0x88, 2, [0, 1, ...mesh(1, 1), ...SNAP_IP]), 105],
  ['a bit of QoS alone', 'wlan/llc/ip/udp', frame(0x88, 3, [...A4, 0, 1, ...SNAP_IP]), 105],
];
testLayers(MESH, 'wlan-mesh');
testLayersWithTshark(MESH);
