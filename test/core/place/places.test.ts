import { describe, expect, test } from 'vitest';
import { openPlaces, type PlaceDatabase } from '../../../src/core/place/places.ts';

const EMPTY = { country: null, city: null, asn: null, org: null, prefixLength: 8 };
const database = (name: string, answer: Partial<ReturnType<PlaceDatabase['find']>> | null): PlaceDatabase => ({
  name,
  find: () => (answer === null ? null : { ...EMPTY, ...answer }),
});
const NOWHERE = { country: null, city: null, asn: null, org: null, prefix: null, source: null };

function open(...databases: readonly PlaceDatabase[]) {
  let opened = 0;
  const places = openPlaces({
    openDatabases: () => {
      opened++;
      return databases;
    },
    openVendors: () => (mac) => (mac === 'x' ? 'ACME' : null),
  });
  return { places, opened: () => opened };
}

describe('of several databases the first that knows is believed', () => {
  test('each for what it knows', () => {
    const { places } = open(
      database('city', { country: 'DE', city: 'Bonn', prefixLength: 24 }),
      database('asn', { asn: 64500, org: 'Example', prefixLength: 16 }),
      database('country', { country: 'FR' }),
    );
    expect(places.placeOf('8.8.8.8')).toEqual({
      country: 'DE',
      city: 'Bonn',
      asn: 64500,
      org: 'Example',
      prefix: '8.8.8.0/24',
      source: 'city, asn',
    });
  });

  test('a city of another country is none', () => {
    const { places } = open(database('a', { country: 'DE' }), database('b', { country: 'FR', city: 'Paris' }));
    expect(places.placeOf('8.8.8.8')).toMatchObject({ country: 'DE', city: null, source: 'a' });
  });

  test('none knows', () => {
    expect(open(database('a', null)).places.placeOf('8.8.8.8')).toEqual(NOWHERE);
  });
});

test.each([
  ...['10.0.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '192.168.1.1', '172.31.255.255', '224.0.0.1', '0.0.0.0'],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '255.255.255.255', '240.0.0.1'],
  ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'ff02::1', '2001:db8::1', '::ffff:10.0.0.1', '64:ff9b::a00:1'],
  ...['2002:a00:1::1', 'localhost', '', '8.8.8', 'x'.repeat(100)],
])('%s is nowhere, and no database is opened for it', (address) => {
  const { places, opened } = open(database('a', { country: 'DE' }));
  expect(places.placeOf(address)).toEqual(NOWHERE);
  expect(places.countryOf(address)).toBeNull();
  expect(opened()).toBe(0);
});

test.each(['172.32.0.1', '8.8.8.8', '2600::1', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'])(
  '%s is somewhere',
  (address) => {
    const { places, opened } = open(database('a', { country: 'DE' }));
    expect([places.countryOf(address), places.countryOf(address), opened()]).toEqual(['DE', 'DE', 1]);
  },
);

test('an address of IPv6 that carries one of IPv4 has the block of that one', () => {
  expect(open(database('a', { country: 'DE' })).places.placeOf('64:ff9b::808:808').prefix).toBe('8.0.0.0/8');
});

test('an answer is remembered', () => {
  let asked = 0;
  const counting: PlaceDatabase = {
    name: 'a',
    find() {
      asked++;
      return { ...EMPTY, country: 'DE' };
    },
  };
  const { places } = open(counting);
  for (let times = 0; times < 3; times++) {
    expect(places.factsOf('8.8.8.8')).toEqual({ country: 'DE', city: null, asn: null, org: null });
  }
  expect(asked).toBe(1);
  // those of another address with the same facts are the same object
  expect(places.factsOf('8.8.4.4')).toBe(places.factsOf('8.8.8.8'));
  places.placeOf('8.8.8.8');
  expect(asked).toBe(3);
});

test('many addresses each have their own facts', () => {
  const byLastByte: PlaceDatabase = {
    name: 'a',
    find: ({ bytes }) => ({ ...EMPTY, asn: bytes[2]! * 256 + bytes[3]! }),
  };
  const { places } = open(byLastByte);
  for (const times of [1, 2]) {
    for (let number = 0; number < 40_000; number++) {
      expect([times, places.factsOf(`8.8.${number >> 8}.${number & 255}`).asn]).toEqual([times, number]);
    }
  }
});

test('vendors come from their own source', () => {
  const { places } = open();
  expect([places.vendorOf('x'), places.vendorOf('y')]).toEqual(['ACME', null]);
});
