import { expect, test } from 'vitest';
import { openVendors } from '../../../src/core/place/vendors.ts';

const JSON_TEXT = `{
 "000000": "XEROX CORPORATION\\nStreet 0",
 "001A2B": "ACME \\"Networks\\"\\nStreet 1",
 "001A2C": "Börse AG\\nStreet 2",
 "70B3D5": "IEEE Registration Authority\\nPiscataway",
 "70B3D5123": "Small Block GmbH\\nStreet 3",
 "8C1F640": "Middle Block Ltd\\nStreet 4"
}`;

test.each([
  ['00:1a:2c:00:00:01', 'Börse AG'],
  ['001A.2C00.0001', 'Börse AG'],
  ['00-1A-2C-FF-FF-FF', 'Börse AG'],
  ['70:b3:d5:12:3a:bc', 'Small Block GmbH'],
  ['70:b3:d5:12:4a:bc', 'IEEE Registration Authority'],
  ['8c:1f:64:0a:bc:de', 'Middle Block Ltd'],
  ['8c:1f:64:1a:bc:de', null],
  ['00:1a:2b:00:00:01', 'ACME'],
  ['02:1a:2c:00:00:01', null],
  ['01:1a:2c:00:00:01', null],
  ['00:1a:2c:00:00', null],
  ['zz:1a:2c:00:00:01', null],
  ['00:00:00:00:00:01', 'XEROX CORPORATION'],
  ['00:00:00:00:00:00', null],
  ['', null],
])('%s is of %s', (mac, vendor) => {
  const vendorOf = openVendors(Buffer.from(JSON_TEXT));
  expect([vendorOf(mac), vendorOf(mac)]).toEqual([vendor, vendor]);
});
