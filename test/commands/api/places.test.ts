import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { conns, ifaces, probe, stats } from '../../../src/commands/api/index.ts';
import { bitsOf, mmdbOf } from '../../support/mmdb.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-api-places-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
};
const city = write(
  'city.mmdb',
  mmdbOf([{ bits: bitsOf([8, 8], 16), value: { country: { iso_code: 'DE' }, city: { names: { en: 'Bonn' } } } }]),
);
const read = write(
  'conns.ndjson',
  ['8.8.8.8', '168.95.1.1', '10.0.0.1']
    .map((addr) => `{"type":"conn","proto":"tcp","local_addr":"192.0.2.7","remote_addr":"${addr}"}\n`)
    .join(''),
);
const countries = async (options: Parameters<typeof conns>[0]) =>
  (await conns({ read, ...options }).all()).map((row) => row.geo_country);

test('places are null until somebody asks for them', async () => {
  expect(await countries({})).toEqual([null, null, null]);
  expect(await countries({ geoip: false })).toEqual([null, null, null]);
});

test('from a database that is named, and from that of the package', async () => {
  const rows = await conns({ read, geoip: [city] }).all();
  expect(rows.map(({ geo_country, geo_city }) => [geo_country, geo_city])).toEqual([
    ['DE', 'Bonn'],
    ['TW', null],
    [null, null],
  ]);
});

test('filters judge them, as text and as a function', async () => {
  expect(await countries({ geoip: [city], filter: 'geo_country == "TW"' })).toEqual(['TW']);
  expect(await countries({ geoip: [city], filter: ({ geo_city }) => geo_city === 'Bonn' })).toEqual(['DE']);
});

test('interfaces have a vendor where IEEE gave the block away, and only when it is asked for', async () => {
  const root = 'test/hosts/linux';
  const rows = await ifaces({ root, geoip: true }).all();
  expect((await ifaces({ root }).all()).map(({ vendor }) => vendor)).toEqual(rows.map(() => null));
  expect(rows.filter(({ vendor }) => vendor !== null).length).toBe(rows.filter(({ mac }) => isMade(mac)).length);
});
/** Whether the block of a hardware address is one that IEEE gives away. */
const isMade = (mac: string | null): boolean =>
  mac !== null && (Number.parseInt(mac.slice(0, 2), 16) & 3) === 0 && !/^[0:]+$/.test(mac);

test.each([
  [
    'a file that is no database',
    () => conns({ read, geoip: [read] }),
    65,
    'it is no database of addresses, or cut off',
  ],
  ['no file', () => conns({ read, geoip: [path.join(folder, 'none')] }), 66, 'no such file'],
  [
    'records without places',
    () => stats('dns', { read, geoip: true }),
    64,
    'dns_query records have no fields that the option "geoip"',
  ],
  ['rounds of probes', () => probe('tcp://127.0.0.1:9', { geoip: true }), 64, 'probe records have no fields'],
  ['a text', () => conns({ read, geoip: city as never }), 64, 'not true, false or an array of files'],
])('%s is refused', async (_name, records, exit, message) => {
  await expect(records().all()).rejects.toMatchObject({ exit, message: expect.stringContaining(message) });
});
