import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { NotADatabase, openMmdb } from '../../../src/core/place/mmdb-database.ts';
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

describe('databases that are damaged, or made to do harm', () => {
  const bits = bitsOf([8, 8], 16);
  const value = { country: { iso_code: 'DE' }, city: { names: { en: 'Bonn' } } };
  const whole = mmdbOf([{ bits, value }]);
  const MARKER = '\xab\xcd\xefMaxMind.com';
  const marker = whole.lastIndexOf(MARKER, undefined, 'latin1');
  const tail = whole.subarray(marker);

  /** What is found, and how often it was said that an entry is damaged. */
  function look(bytes: Buffer) {
    let said = 0;
    const database = openMmdb('x', bytes, () => said++);
    const found = [database.find(at('8.8.8.8')), database.find(at('8.8.4.4'))].map((one) => one?.country ?? null);
    return { found, said };
  }
  const SOUND = { found: ['DE', 'DE'], said: 0 };
  const DAMAGED = { found: [null, null], said: 1 };

  test('cut at any length they are refused', () => {
    expect(look(whole)).toEqual(SOUND);
    for (let length = 0; length < whole.length; length++)
      expect(() => openMmdb('x', whole.subarray(0, length)), `${length} bytes`).toThrow(NotADatabase);
  });

  test('with any part missing from the middle they are refused, or what is read is damaged', () => {
    for (let from = 0; from < marker; from += 16) {
      const cut = Buffer.concat([whole.subarray(0, from), tail]);
      const outcome = ((): string => {
        try {
          return look(cut).found.join();
        } catch (error) {
          if (error instanceof NotADatabase) return error.message;
          throw error;
        }
      })();
      // 16 nodes of 6 bytes, 16 zeros
      expect([from, outcome]).toEqual([from, from < 112 ? expect.stringMatching(/shorter|damaged/) : ',']);
    }
  });

  test('each byte changed: an answer of bounded texts, or none', () => {
    for (let index = 0; index < whole.length; index++) {
      for (const changed of [0, 0x3f, 0x7f, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes[index] = changed;
        try {
          const found = openMmdb('x', bytes).find(at('8.8.8.8'));
          expect((found?.city ?? '').length).toBeLessThanOrEqual(200);
        } catch (error) {
          expect(error).toBeInstanceOf(NotADatabase);
        }
      }
    }
  });

  test.each<readonly [string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['a text', Buffer.from('hello '.repeat(1000)), 'it is no database of addresses, or cut off'],
    [
      'metadata far from the end',
      Buffer.concat([whole, Buffer.alloc(200_000)]),
      'it is no database of addresses, or cut off',
    ],
    ['a marker and nothing', Buffer.from(MARKER, 'latin1'), 'its metadata are damaged'],
    ['metadata that are a text', Buffer.from(`${MARKER}\x41a`, 'latin1'), 'its metadata are damaged'],
    ['metadata in which something is missing', Buffer.from(`${MARKER}\xe0`, 'latin1'), 'its metadata are damaged'],
    // a map of 15, as mmdb-lib does not see it: it would take the marker before that
    [
      'a hidden marker',
      Buffer.concat([whole, Buffer.from(`${MARKER}\xefMaxMind.com`, 'latin1')]),
      'its metadata are damaged',
    ],
    ['a record size of 77', mmdbOf([{ bits, value }], 4, 24, { record_size: 77 }), 'its metadata are damaged'],
    ['IP version 5', mmdbOf([{ bits, value }], 4, 24, { ip_version: 5 }), 'its metadata are damaged'],
    ['no nodes', mmdbOf([{ bits, value }], 4, 24, { node_count: 0 }), 'its metadata are damaged'],
    ['nodes in words', mmdbOf([{ bits, value }], 4, 24, { node_count: 'many' }), 'its metadata are damaged'],
    [
      'more nodes than bytes',
      mmdbOf([{ bits, value }], 4, 24, { node_count: 1e9 }),
      'it is shorter than its metadata say',
    ],
    [
      'version 3',
      mmdbOf([{ bits, value }], 4, 24, { binary_format_major_version: 3 }),
      'it has version 3 of the format, not 2',
    ],
  ])('refused: %s', (_name, bytes, reason) => {
    expect(() => openMmdb('x', bytes)).toThrow(new NotADatabase(reason));
  });

  interface Hostile {
    readonly data: readonly number[];
    /** Where in the data the value begins. */
    readonly at: number;
  }
  const begin = (...data: readonly number[]): Hostile => ({ data, at: 0 });
  const pointer = (to: number): number[] => [0x20 | (to >> 8), to & 0xff];
  /** Maps with two pointers to the one before: sixty of them stand for more values than there are bytes anywhere. */
  function laughs(levels: number, base: number): Hostile {
    const data: number[] = [0x41, 0x61];
    let last = 0;
    for (let level = 0; level < levels; level++) {
      const before = pointer(base + last);
      last = data.length;
      data.push(0xe2, 0x41, 0x61, ...before, 0x41, 0x62, ...before);
    }
    return { data, at: last };
  }
  /** 300 pointers to a text of 300 bytes. */
  const echoes = (base: number): Hostile => ({
    data: [
      0x5e,
      0x00,
      0x0f,
      ...Array(300).fill(0x61),
      0x1e,
      0x04,
      0x00,
      0x0f,
      ...Array(300).fill(pointer(base)).flat(),
    ],
    at: 303,
  });
  const nested = (levels: number): number[] => [...Array(levels).fill([0x01, 0x04]).flat(), 0x41, 0x61];

  /** `base` is where the data begin, as pointers count. */
  const HOSTILE: readonly (readonly [string, (base: number) => Hostile])[] = [
    ['a pointer to itself', (base) => begin(...pointer(base))],
    ['a map that holds itself', (base) => begin(0xe1, 0x41, 0x61, ...pointer(base))],
    [
      'two arrays that hold each other',
      (base) => begin(0x01, 0x04, ...pointer(base + 4), 0x01, 0x04, ...pointer(base)),
    ],
    ['a pointer to a pointer', (base) => begin(0x01, 0x04, ...pointer(base + 4), ...pointer(base + 6), 0x41, 0x61)],
    ['a pointer out of the file', () => begin(0xe1, 0x41, 0x61, 0x38, 0xff, 0xff, 0xff, 0xff)],
    ['maps that point at maps, 60 deep', (base) => laughs(60, base)],
    ['maps that point at maps, 12 deep', (base) => laughs(12, base)],
    ['20 arrays in each other', () => begin(...nested(20))],
    ['20,000 arrays in each other', () => begin(...nested(20_000))],
    ['a map of 16 million entries', () => begin(0xff, 0xff, 0xff, 0xff, 0x41, 0x61, 0x41, 0x61)],
    ['an array of 16 million entries', () => begin(0x1f, 0x04, 0xff, 0xff, 0xff)],
    ['a map with keys that are no texts', () => begin(0xe1, 0xc1, 0x01, 0x41, 0x61)],
    ['a text that is there 300 times', echoes],
    ['a text that is longer than the file', () => begin(0x5f, 0xff, 0xff, 0xff)],
    ['a number that is longer than the file', () => begin(0xdf, 0xff, 0xff, 0xff)],
  ];
  test.each(HOSTILE)('an entry says nothing, and that once: %s', (_name, make) => {
    const { data, at: begins } = make(0);
    const bytes = mmdbOf([{ bits, value: Uint8Array.from(data) }]);
    // the last record of the tree leads to the entry
    bytes.writeUIntBE(16 + 16 + begins, 16 * 6 - 6, 3);
    expect(look(bytes)).toEqual(DAMAGED);
  });

  test.each(HOSTILE)('metadata are refused: %s', (_name, make) => {
    const base = 5;
    const { data, at: begins } = make(base);
    const metadata = [0xe1, 0x41, 0x61, ...pointer(base + begins), ...data];
    const bytes = Buffer.concat([whole.subarray(0, marker), Buffer.from(MARKER, 'latin1'), Buffer.from(metadata)]);
    expect(() => openMmdb('x', bytes)).toThrow(new NotADatabase('its metadata are damaged'));
  });

  test.each([
    ['out of the file', 0xffffff],
    ['into the zeros before the data', 16 + 3],
    ['behind the last byte', whole.length - 96 + 16],
  ])('a search tree that leads %s', (_name, record) => {
    const bytes = Buffer.from(whole);
    bytes.writeUIntBE(record, 16 * 6 - 6, 3);
    expect(look(bytes)).toEqual(DAMAGED);
  });

  test('a search tree that leads to itself ends after the bits of the address', () => {
    const bytes = Buffer.from(whole);
    bytes.fill(0, 0, 96);
    expect(look(bytes)).toEqual({ found: [null, null], said: 0 });
  });
});
