import { expect, test } from 'vitest';
import { ascii, ethernet, ethernet8023, octets } from '../../support/headers.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, print } from '../../support/wire.ts';

const element = (type: number, value: readonly number[]): number[] => [
  ...[(type << 1) | (value.length >> 8), value.length & 255],
  ...value,
];
const lldp = (...elements: readonly number[][]): Uint8Array =>
  Uint8Array.from(ethernet(0x88cc, [...elements.flat(), 0, 0]));

const SWITCH = lldp(
  element(1, octets('04 020000000001')),
  element(2, [5, ...ascii('eth0')]),
  element(3, [0, 120]),
  element(5, ascii('switch')),
  element(6, new Array<number>(400).fill(0x78)),
  element(127, octets('00120f 01 036c11')),
);

test('a switch tells who it is', () => {
  const { info, fields } = print(dissectFrame(SWITCH));
  expect(info.at(-1)).toBe('Chassis = 02:00:00:00:00:01 Port = eth0 System Name = switch');
  expect(fields.slice(-5)).toEqual([
    ...['Chassis: 02:00:00:00:00:01', 'Port: eth0', 'Time To Live: 120', 'System Name: switch'],
    `System Description: ${'x'.repeat(256)}`,
  ]);
});

test('elements without a value, and longer than the frame', () => {
  for (const payload of ['0200', '0201', '0400', '0600', '0a00', '02ff 04', '02 07 04 0000']) {
    const packet = dissectFrame(Uint8Array.from(ethernet(0x88cc, octets(payload))));
    expect(() => print(packet)).not.toThrow();
  }
});

test('damage does no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(SWITCH));
  const cisco = octets('aaaa03 00000c 2000  02 b4 0000  0001 0006 7331  0003 0004  0005 ffff  0006 0009 6162636465');
  damage.push(everyPrefixAndFlip(Uint8Array.from(ethernet8023(cisco))));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('lldp'));
});
