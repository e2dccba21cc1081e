import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { openMmdb } from '../../../src/core/place/mmdb-database.ts';
import { bitsOf, type MmdbValue, mmdbOf } from '../../support/mmdb.ts';

const at = (text: string) => parseIp(text)!;
const open = (value: MmdbValue) => openMmdb('test.mmdb', mmdbOf([{ bits: bitsOf([8, 8], 16), value }]));
const find = (value: MmdbValue) => open(value).find(at('8.8.1.1'));

describe('the layouts of those who publish such databases', () => {
  test.each<readonly [string, MmdbValue, object]>([
    [
      'MaxMind and DB-IP, cities',
      { country: { iso_code: 'DE' }, city: { names: { de: 'München', en: 'Munich' } } },
      { country: 'DE', city: 'Munich' },
    ],
    [
      'MaxMind, systems',
      { autonomous_system_number: 15169, autonomous_system_organization: 'GOOGLE' },
      { asn: 15169, org: 'GOOGLE' },
    ],
    ['ip-location-db', { country_code: 'tw' }, { country: 'TW' }],
    [
      'IPinfo',
      { country: 'US', asn: 'AS13335', as_name: 'Cloudflare, Inc.' },
      { country: 'US', asn: 13335, org: 'Cloudflare, Inc.' },
    ],
    ['IPinfo, cities', { city: 'Paris', country: 'FR' }, { city: 'Paris', country: 'FR' }],
  ])('%s', (_name, value, answer) => {
    expect(find(value)).toEqual({ country: null, city: null, asn: null, org: null, prefixLength: 16, ...answer });
  });

  test.each<readonly [string, MmdbValue]>([
    ['nothing of a place', { is_anycast: 1 }],
    ['a country of three letters', { country: { iso_code: 'DEU' } }],
    ['no map', ['DE']],
    ['a number in place of a text', { city: 5, country_code: 7 }],
    ['an empty name', { city: '' }],
    ['a system that is no number', { asn: 'ASX' }],
    ['one that is too large', { asn: 'AS4294967296' }],
  ])('nothing of use: %s', (_name, value) => expect(find(value)).toBeNull());

  test('a long text is cut', () => {
    expect(find({ city: 'x'.repeat(201) })?.city).toBe('x'.repeat(200));
  });
});

test.each([24, 28, 32] as const)('records of %d bits', (size) => {
  const blocks = [
    { bits: bitsOf([1, 2, 3, 0], 24), value: { country_code: 'AA' } },
    { bits: bitsOf([1, 2, 4, 0], 24), value: { country_code: 'BB' } },
    { bits: bitsOf([200], 8), value: { country_code: 'CC' } },
  ];
  const database = openMmdb('x', mmdbOf(blocks, 4, size));
  const found = ['1.2.3.4', '1.2.4.255', '1.2.5.0', '200.1.1.1', '201.1.1.1'].map(
    (text) => database.find(at(text))?.country ?? null,
  );
  expect(found).toEqual(['AA', 'BB', null, 'CC', null]);
});

test('a database of IPv4 knows nothing of IPv6; one of IPv6 has both', () => {
  const value = { country_code: 'JP' };
  expect(openMmdb('x', mmdbOf([{ bits: '0', value }])).find(at('2001:200::1'))).toBeNull();
  const both = openMmdb(
    'x',
    mmdbOf(
      [
        { bits: bitsOf([0x20, 0x01], 16), value },
        { bits: '0'.repeat(96) + bitsOf([9], 8), value: { country_code: 'US' } },
      ],
      6,
    ),
  );
  expect([at('2001:200::1'), at('2002:200::1'), at('9.9.9.9')].map((one) => both.find(one)?.country ?? null)).toEqual([
    'JP',
    null,
    'US',
  ]);
});

describe('hostile databases', () => {
  const whole = mmdbOf([
    { bits: bitsOf([8, 8], 16), value: { country: { iso_code: 'DE' }, city: { names: { en: 'Bonn' } } } },
  ]);

  test('cut at every length: refused, or silent', () => {
    for (let length = 0; length < whole.length; length++) {
      try {
        openMmdb('x', whole.subarray(0, length)).find(at('8.8.8.8'));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  test('each byte changed: an answer of bounded texts, or none', () => {
    for (let index = 0; index < whole.length; index++) {
      for (const value of [0, 0x3f, 0x7f, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes[index] = value;
        try {
          const found = openMmdb('x', bytes).find(at('8.8.8.8'));
          expect((found?.city ?? '').length).toBeLessThanOrEqual(200);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }
  });

  test('maps that point at maps twice, fifty deep, are read once each', () => {
    // at 0 a text; then maps of two keys whose values both point at the map before
    const data: number[] = [0x41, 0x61];
    let before = 0;
    for (let depth = 0; depth < 50; depth++) {
      const here = data.length;
      const pointer = [0x20 | (before >> 8), before & 0xff];
      data.push(0xe2, 0x41, 0x61, ...pointer, 0x41, 0x62, ...pointer);
      before = here;
    }
    const bits = bitsOf([8, 8], 16);
    const plain = mmdbOf([{ bits, value: 'x' }]);
    const tail = plain.subarray(plain.indexOf('\xab\xcd\xefMaxMind.com', 0, 'latin1'));
    const tree = Buffer.from(plain.subarray(0, plain.length - tail.length - 2));
    // the record of the block, the last of the tree, points at the last map
    const nodes = 16;
    tree.writeUIntBE(nodes + 16 + before, tree.length - 16 - 6, 3);
    const started = process.cpuUsage();
    openMmdb('x', Buffer.concat([tree, Buffer.from(data), tail])).find(at('8.8.8.8'));
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});
