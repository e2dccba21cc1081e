import { describe, expect, test } from 'vitest';
import { PLAIN_ROUTE } from '../../../src/core/record/tables/network-config.ts';
import { parseRoute } from '../../../src/platform/linux/rtnetlink-route.ts';
import { attribute, hex, mangle, u8, u16, u32 } from './netlink-bytes.ts';

const nameOf = (index: number): string => `eth${index}`;
const parse = (message: Buffer) => parseRoute(message, 0, message.length, nameOf);

interface Header {
  readonly family?: number;
  readonly length?: number;
  readonly sourceLength?: number;
  readonly tos?: number;
  readonly table?: number;
  readonly protocol?: number;
  readonly scope?: number;
  readonly kind?: number;
  readonly flags?: number;
}

function message(header: Header, ...attributes: Buffer[]): Buffer {
  const { family = 2, length = 0, sourceLength = 0, tos = 0 } = header;
  const { table = 254, protocol = 3, scope = 0, kind = 1, flags = 0 } = header;
  return Buffer.concat([
    u8(family, length, sourceLength, tos, table, protocol, scope, kind),
    u32(flags),
    ...attributes,
  ]);
}

const hop = (index: number, gateway: Buffer, flags = 0, weightLessOne = 0): Buffer => {
  const body = Buffer.concat([u8(flags, weightLessOne), u32(index), attribute(5, gateway)]);
  return Buffer.concat([u16(2 + body.length), body]);
};
const multipath = message(
  { length: 16, protocol: 186 },
  attribute(15, u32(1000)),
  attribute(1, hex('0a060000')),
  attribute(6, u32(7)),
  attribute(9, hop(1, hex('0a010002')), hop(2, hex('0a010003'), 0x14, 2)),
);

describe('parseRoute', () => {
  test('reads a default route', () => {
    const route = message(
      { protocol: 16 },
      attribute(5, hex('c0a80701')),
      attribute(4, u32(2)),
      attribute(6, u32(100)),
      attribute(7, hex('c0a80714')),
    );
    expect(parse(route)).toEqual([
      {
        family: 'ipv4',
        dst: 'default',
        gateway: '192.168.7.1',
        iface: 'eth2',
        metric: 100,
        src: '192.168.7.20',
        scope: 'global',
        proto: 'dhcp',
        table: 'main',
        kind: 'unicast',
        ...PLAIN_ROUTE,
      },
    ]);
  });

  test('gives a row to each next hop', () => {
    const shared = {
      family: 'ipv4',
      dst: '10.6.0.0/16',
      metric: 7,
      src: null,
      scope: 'global',
      proto: 'bgp',
      table: '1000',
      kind: 'unicast',
      ...PLAIN_ROUTE,
    };
    expect(parse(multipath)).toEqual([
      { ...shared, gateway: '10.1.0.2', iface: 'eth1', weight: 1 },
      { ...shared, gateway: '10.1.0.3', iface: 'eth2', weight: 3, flags: ['onlink', 'linkdown'] },
    ]);
  });

  test('reads what is seldom set', () => {
    const metrics = attribute(8, attribute(1, u32(1)), attribute(2, u32(1300)));
    const ending = attribute(12, u32(0), u32(0), u32(299_950), u32(0));
    const route = message(
      { family: 10, length: 48, sourceLength: 64, tos: 0x10, flags: 0x4 },
      attribute(1, hex('20010db8000900000000000000000000')),
      attribute(2, hex('20010db8000100000000000000000000')),
      attribute(4, u32(2)),
      metrics,
      ending,
      attribute(20, u8(3)),
    );
    expect(parse(route)).toEqual([
      {
        family: 'ipv6',
        dst: '2001:db8:9::/48',
        gateway: null,
        iface: 'eth2',
        metric: 0,
        src: null,
        scope: 'global',
        proto: 'boot',
        table: 'main',
        kind: 'unicast',
        from: '2001:db8:1::/64',
        weight: null,
        flags: ['onlink'],
        tos: 16,
        mtu_bytes: 1300,
        expires_s: 2999.5,
        pref: 'low',
      },
    ]);
  });

  test.each([
    [0, 'medium'],
    [1, 'high'],
    [2, null],
    [3, 'low'],
    [4, null],
  ])('preference %i is %s', (value, pref) => {
    expect(parse(message({}, attribute(20, u8(value))))).toMatchObject([{ pref }]);
    expect(parse(message({}, attribute(20)))).toMatchObject([{ pref: null }]);
  });

  test('without an end, a route never ends, and a message that is cut says nothing of it', () => {
    expect(parse(message({}, attribute(12, u32(0), u32(0), u32(0))))).toMatchObject([{ expires_s: null }]);
    expect(parse(message({}, attribute(12, u32(0), u32(0), u32(100))))).toMatchObject([{ expires_s: 1 }]);
    expect(parse(message({}, attribute(12, u32(0), u32(0), u16(100))))).toMatchObject([{ expires_s: null }]);
  });

  test('names every flag', () => {
    const names = ['dead', 'pervasive', 'onlink', 'offload', 'linkdown', 'unresolved', 'trap'];
    for (const [bit, name] of names.entries())
      expect(parse(message({ flags: 1 << bit }))).toMatchObject([{ flags: [name] }]);
    expect(parse(message({ flags: 0x80 }))).toMatchObject([{ flags: [] }]);
  });

  test('reads a gateway of the other family', () => {
    const via = attribute(18, u16(10), hex('fe80 0000 0000 0000 0000 0000 0000 0009'));
    expect(parse(message({ length: 8 }, attribute(1, hex('0a000000')), via, attribute(4, u32(3))))).toMatchObject([
      { dst: '10.0.0.0/8', gateway: 'fe80::9', iface: 'eth3' },
    ]);
  });

  test('writes a single address without a length, as ip does', () => {
    const local = message(
      { family: 10, length: 128, table: 255, protocol: 2, kind: 2 },
      attribute(1, hex(`${'00'.repeat(15)}01`)),
      attribute(4, u32(1)),
    );
    expect(parse(local)).toMatchObject([
      { family: 'ipv6', dst: '::1', table: 'local', kind: 'local', proto: 'kernel', metric: 0 },
    ]);
  });

  test.each([
    [6, 'blackhole'],
    [7, 'unreachable'],
    [8, 'prohibit'],
    [9, 'throw'],
  ])('sends nothing out by a route of type %i', (kind, name) => {
    expect(parse(message({ family: 10, kind }, attribute(4, u32(1))))).toMatchObject([
      { kind: name, iface: null, gateway: null },
    ]);
  });

  test.each([
    [1, 'redirect'],
    [2, 'kernel'],
    [3, 'boot'],
    [4, 'static'],
    [8, 'gated'],
    [9, 'ra'],
    [10, 'mrt'],
    [11, 'zebra'],
    [12, 'bird'],
    [13, 'dnrouted'],
    [14, 'xorp'],
    [15, 'ntk'],
    [16, 'dhcp'],
    [17, 'mrouted'],
    [18, 'keepalived'],
    [42, 'babel'],
    [84, 'ovn'],
    [99, 'openr'],
    [186, 'bgp'],
    [187, 'isis'],
    [188, 'ospf'],
    [189, 'rip'],
    [192, 'eigrp'],
  ])('names protocol %i', (protocol, proto) => expect(parse(message({ protocol }))).toMatchObject([{ proto }]));

  test.each([
    [0, 'global'],
    [200, 'site'],
    [253, 'link'],
    [254, 'host'],
    [255, 'nowhere'],
    [1, '1'],
  ])('names scope %i', (scope, name) => expect(parse(message({ scope }))).toMatchObject([{ scope: name }]));

  test.each([
    [253, 'default'],
    [254, 'main'],
    [255, 'local'],
    [252, '252'],
  ])('names table %i', (table, name) => expect(parse(message({ table }))).toMatchObject([{ table: name }]));

  test('names every kind, and leads nowhere by four of them', () => {
    const kinds = 'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat'.split(' ');
    for (const [index, kind] of kinds.entries()) {
      const iface = index >= 5 && index <= 8 ? null : 'eth4';
      expect(parse(message({ kind: index + 1 }, attribute(4, u32(4))))).toMatchObject([{ kind, iface }]);
    }
    expect([parse(message({ kind: 0 })), parse(message({ kind: 11 }))]).toMatchObject([
      [{ kind: null }],
      [{ kind: null }],
    ]);
  });

  test('takes numbers that are cut short for none', () => {
    const route = message(
      { table: 7 },
      attribute(6, u16(9)),
      attribute(15, u16(9)),
      attribute(4, u16(2)),
      attribute(8, attribute(2, u16(9))),
    );
    expect(parse(route)).toMatchObject([{ metric: 0, table: '7', iface: null, mtu_bytes: null }]);
    expect(parse(message({}, attribute(18, u8(2)), attribute(4, u32(1))))).toMatchObject([{ gateway: null }]);
    expect(parse(message({}, attribute(18, u16(2), hex('c00002'))))).toMatchObject([{ gateway: null }]);
    expect(parse(message({}, attribute(18, u16(2), hex('c0000201'))))).toMatchObject([{ gateway: '192.0.2.1' }]);
  });

  test('an end that has passed is negative', () => {
    const cache = attribute(12, u32(0), u32(0), u32(-150 >>> 0));
    expect(parse(message({}, cache))).toMatchObject([{ expires_s: -1.5 }]);
  });

  test('a hop without an interface, and what does not fit behind it', () => {
    const first = hop(0, hex('0a010002'));
    const route = (...hops: Buffer[]) => parse(message({}, attribute(9, ...hops)));
    const row = { gateway: '10.1.0.2', iface: null, weight: 1 };
    expect(route(first)).toMatchObject([row]);
    expect(route(first, hex('0700 0000 01000000'))).toMatchObject([row]);
    expect(route(first, hex('0900 0000 01000000'))).toMatchObject([row]);
    expect(route(first, hex('0800 0000 010000'))).toMatchObject([row]);
    expect(route(first, hex('0800 0001 01000000'))).toMatchObject([row, { gateway: null, iface: 'eth1', weight: 2 }]);
  });

  test('numbers what has no name, and leaves unknown origin null', () => {
    expect(parse(message({ protocol: 77, scope: 9, table: 17, kind: 99 }))).toMatchObject([
      { proto: '77', scope: '9', table: '17', kind: null },
    ]);
    expect(parse(message({ protocol: 0 }))).toMatchObject([{ proto: null }]);
  });

  test('drops cached routes, other families and a prefix without address', () => {
    expect(parse(message({ flags: 0x200 }))).toEqual([]);
    expect(parse(message({ family: 28 }))).toEqual([]);
    expect(parse(message({ length: 24 }))).toEqual([]);
  });

  test('survives every cut and every damaged byte', () => {
    mangle(multipath, (data, start, end) => parseRoute(data, start, end, nameOf));
  });
});
