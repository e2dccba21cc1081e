import { describe, expect, test } from 'vitest';
import { parseNeighbor } from '../../../src/platform/linux/rtnetlink-neigh.ts';
import { attribute, hex, mangle, u8, u16, u32 } from './netlink-bytes.ts';

const nameOf = (index: number): string => `eth${index}`;
const parse = (message: Buffer) => parseNeighbor(message, 0, message.length, nameOf);
const message = (family: number, state: number, ...attributes: Buffer[]): Buffer =>
  Buffer.concat([u8(family, 0), u16(0), u32(2), u16(state), u8(0, 1), ...attributes]);
const gateway = attribute(1, hex('c0a80701'));
const reachable = message(2, 0x02, gateway, attribute(2, hex('525400aabb01')));

describe('parseNeighbor', () => {
  test('reads an entry', () => {
    expect(parse(reachable)).toEqual({
      addr: '192.168.7.1',
      mac: '52:54:00:aa:bb:01',
      iface: 'eth2',
      state: 'REACHABLE',
      host: null,
      vendor: null,
    });
  });

  test.each([
    [0x01, 'INCOMPLETE'],
    [0x04, 'STALE'],
    [0x08, 'DELAY'],
    [0x10, 'PROBE'],
    [0x20, 'FAILED'],
    [0x80, 'PERMANENT'],
  ])('names state 0x%s', (state, name) => {
    expect(parse(message(2, state, gateway))).toEqual({
      addr: '192.168.7.1',
      mac: null,
      iface: 'eth2',
      state: name,
      host: null,
      vendor: null,
    });
  });

  test('drops what ip neigh leaves out: multicast groups, entries without state, other families', () => {
    expect(parse(message(2, 0x40, gateway))).toBeNull();
    expect(parse(message(2, 0, gateway))).toBeNull();
    expect(parse(message(7, 2, gateway))).toBeNull();
    expect(parse(message(2, 2))).toBeNull();
  });

  test('an address of the family, though a name or an address of hardware is there', () => {
    const six = message(
      10,
      0x02,
      attribute(1, hex('fe800000000000000000000000000001')),
      attribute(2, hex('525400aabb01')),
    );
    expect(parse(six)).toEqual({
      addr: 'fe80::1',
      mac: '52:54:00:aa:bb:01',
      iface: 'eth2',
      state: 'REACHABLE',
      host: null,
      vendor: null,
    });
    expect(parse(message(2, 2, attribute(2, hex('525400aabb01'))))).toBeNull();
    expect(parse(message(10, 2, gateway))).toBeNull();
    // the first bit that is set, and none past the list
    expect(parse(message(2, 0x84, gateway))).toMatchObject({ state: 'STALE' });
    expect(parse(message(2, 0x100, gateway))).toBeNull();
    // a tunnel's is no address of hardware
    expect(parse(message(2, 2, gateway, attribute(2, hex('c0000201'))))).toMatchObject({ mac: null });
    expect(parse(message(2, 2, gateway, attribute(3, hex('525400aabb01'))))).toMatchObject({ mac: null });
  });

  test('survives every cut and every damaged byte', () => {
    mangle(reachable, (data, start, end) => parseNeighbor(data, start, end, nameOf));
  });
});
