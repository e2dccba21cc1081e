import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/platform/linux/rtnetlink-addr.ts';
import { attribute, hex, mangle, u8, u32, zeroEnded } from './netlink-bytes.ts';

const parse = (message: Buffer) => parseAddress(message, 0, message.length);
const message = (family: number, length: number, ...attributes: Buffer[]): Buffer =>
  Buffer.concat([u8(family, length, 0x80, 0), u32(4), ...attributes]);

const pointToPoint = message(
  2,
  32,
  attribute(1, hex('0a090002')),
  attribute(2, hex('0a090001')),
  attribute(3, zeroEnded('tun0')),
);

describe('parseAddress', () => {
  test('takes the near end of a point-to-point link', () => {
    expect(parse(pointToPoint)).toEqual({ index: 4, family: 'ipv4', addr: '10.9.0.1', prefixLength: 32 });
  });

  test('reads IPv6 in canonical text', () => {
    const address = attribute(1, hex('fe80 0000 0000 0000 5054 00ff fe12 3456'));
    expect(parse(message(10, 64, address))).toEqual({
      index: 4,
      family: 'ipv6',
      addr: 'fe80::5054:ff:fe12:3456',
      prefixLength: 64,
    });
  });

  test('drops other families, and addresses that are short or absent', () => {
    expect(parse(message(28, 32, attribute(1, hex('0a090002'))))).toBeNull();
    expect(parse(message(2, 32, attribute(1, hex('0a0900'))))).toBeNull();
    expect(parse(message(10, 64, attribute(1, hex('fe800000'))))).toBeNull();
    expect(parse(message(2, 32))).toBeNull();
  });

  test('survives every cut and every damaged byte', () => mangle(pointToPoint, parseAddress));
});
