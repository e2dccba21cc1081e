import { describe, expect, test } from 'vitest';
import { linkNames, parseLink } from '../../../src/platform/linux/rtnetlink-link.ts';
import { attribute, hex, mangle, u8, u16, u32, u64, zeroEnded } from './netlink-bytes.ts';

const header = (index: number): Buffer => Buffer.concat([u8(0, 0), u16(1), u32(index), u32(0x11043), u32(0)]);
const parse = (message: Buffer) => parseLink(message, 0, message.length);
const name = attribute(3, zeroEnded('veth0'));

const veth = Buffer.concat([
  header(7),
  name,
  attribute(16, u8(6)),
  attribute(4, u32(1420)),
  attribute(5, u32(8)),
  attribute(10, u32(3)),
  attribute(1, hex('5e:00:00:00:00:07')),
  attribute(20, zeroEnded('to the lab')),
  attribute(18, attribute(1, zeroEnded('veth'))),
  attribute(23, ...[11n, 12n, 2n ** 33n + 5n, 14n, 15n, 16n, 17n, 18n, 19n, 20n, 21n].map(u64)),
]);

describe('parseLink', () => {
  test('reads every field of a veth in a bridge', () => {
    expect(parse(veth)).toEqual({
      index: 7,
      name: 'veth0',
      hardwareType: 1,
      flags: 0x11043,
      state: 'up',
      mtu: 1420,
      mac: '5e:00:00:00:00:07',
      driver: 'veth',
      tap: false,
      master: 3,
      parent: 8,
      alias: 'to the lab',
      counters: {
        rx_packets: 11,
        tx_packets: 12,
        rx_bytes: 2 ** 33 + 5,
        tx_bytes: 14,
        rx_errors: 15,
        tx_errors: 16,
        rx_dropped: 17,
        tx_dropped: 18,
        multicast: 19,
        collisions: 20,
      },
    });
  });

  test('leaves null what the kernel does not say', () => {
    const link = parse(Buffer.concat([header(7), name]));
    expect(link).toMatchObject({
      state: 'unknown',
      mtu: null,
      mac: null,
      driver: null,
      master: null,
      parent: null,
      alias: null,
    });
    expect(new Set(Object.values(link!.counters))).toEqual(new Set([null]));
  });

  test.each([
    ['itself', attribute(5, u32(7))],
    ['none', attribute(5, u32(0))],
    ['in another namespace', Buffer.concat([attribute(5, u32(8)), attribute(37, u32(0))])],
  ])('has no parent when the link is %s', (_, link) => {
    expect(parse(Buffer.concat([header(7), name, link]))!.parent).toBeNull();
  });

  test.each([
    [1, false],
    [2, true],
  ])('tells tun and tap apart by type %i', (type, tap) => {
    const info = attribute(18, attribute(1, zeroEnded('tun')), attribute(2, attribute(3, u8(type))));
    expect(parse(Buffer.concat([header(7), name, info]))).toMatchObject({ driver: 'tun', tap });
  });

  test('takes the address of a tunnel for no hardware address', () => {
    expect(parse(Buffer.concat([header(7), name, attribute(1, hex('c0000201'))]))!.mac).toBeNull();
  });

  test('reads the 20 bytes of InfiniBand', () => {
    const link = parse(Buffer.concat([header(7), name, attribute(1, Buffer.alloc(20, 0xab))]));
    expect(link!.mac).toBe(Array(20).fill('ab').join(':'));
  });

  test('knows no state past the list', () => {
    expect(parse(Buffer.concat([header(7), name, attribute(16, u8(200))]))!.state).toBe('unknown');
  });

  test.each([
    [0, 'unknown'],
    [1, 'notpresent'],
    [2, 'down'],
    [3, 'lowerlayerdown'],
    [4, 'testing'],
    [5, 'dormant'],
    [6, 'up'],
    [7, 'unknown'],
  ])('names state %i', (value, state) => {
    expect(parse(Buffer.concat([header(7), name, attribute(16, u8(value))]))!.state).toBe(state);
  });

  test('reads nothing of what lies behind an empty attribute', () => {
    // the next one begins with what would be a state, and a type
    const empty = Buffer.concat([header(7), name, attribute(16), attribute(99, u16(0))]);
    expect(parse(empty)!.state).toBe('unknown');
    const info = attribute(
      18,
      attribute(1, zeroEnded('tun')),
      attribute(2, attribute(3), attribute(99, Buffer.alloc(254))),
    );
    expect(parse(Buffer.concat([header(7), name, info]))).toMatchObject({ driver: 'tun', tap: false });
  });

  test('the type of a tap is one of a tun driver alone; empty names are none', () => {
    const of = (...attributes: Buffer[]) => parse(Buffer.concat([header(7), name, ...attributes]));
    const data = attribute(2, attribute(3, u8(2)));
    expect(of(attribute(18, attribute(1, zeroEnded('vxlan')), data))).toMatchObject({ driver: 'vxlan', tap: false });
    expect(of(attribute(18, data))).toMatchObject({ driver: null, tap: false });
    expect(of(attribute(18, attribute(1, zeroEnded('tun')), attribute(2, attribute(4, u8(2)))))).toMatchObject({
      tap: false,
    });
    expect(of(attribute(18, attribute(1, u8(0))), attribute(20, u8(0)))).toMatchObject({ driver: null, alias: null });
  });

  test('counters need their first ten; another link that is elsewhere has no parent', () => {
    const of = (...attributes: Buffer[]) => parse(Buffer.concat([header(7), name, ...attributes]))!;
    const counters = Array.from({ length: 10 }, (_, index) => u64(BigInt(index)));
    expect(of(attribute(23, ...counters)).counters).toMatchObject({ rx_packets: 0, collisions: 9 });
    expect(of(attribute(23, ...counters.slice(0, 9), Buffer.alloc(7))).counters).toMatchObject({
      rx_packets: null,
      collisions: null,
    });
    expect([of(attribute(5, u32(8))).parent, of(attribute(37, u32(0)), attribute(5, u32(8))).parent]).toEqual([
      8,
      null,
    ]);
    expect(parse(Buffer.concat([header(-1 >>> 0), name]))).toBeNull();
    expect(parse(Buffer.concat([header(1), name]))).toMatchObject({ index: 1 });
  });

  test('drops a message without name or index', () => {
    expect(parse(header(7))).toBeNull();
    expect(parse(Buffer.concat([header(0), name]))).toBeNull();
  });

  test('survives every cut and every damaged byte', () => mangle(veth, parseLink));
});

test('linkNames gives an index that has gone the name ip shows', () => {
  const nameOf = linkNames([parse(veth)!]);
  expect([nameOf(7), nameOf(9)]).toEqual(['veth0', 'if9']);
});
