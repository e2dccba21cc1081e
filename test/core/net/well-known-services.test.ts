import { expect, test } from 'vitest';
import { portOfService, SERVICE_NAMES } from '../../../src/core/net/well-known-services.ts';

test.each([
  ['https', 443],
  ['HTTPS', 443],
  ['ftp-data', 20],
  ['domain', 53],
  ['dns', 53],
  ['imap', 143],
  ['imap2', 143],
  ['postgres', 5432],
  ['wireguard', 51_820],
])('%s is port %d', (name, port) => expect(portOfService(name)).toBe(port));

test.each(['', 'https ', 'nothing', '443', 'constructor', '__proto__'])('%j is no service', (name) => {
  expect(portOfService(name)).toBeNull();
});

test('every name has a port, and none can be taken for a number', () => {
  for (const name of SERVICE_NAMES) {
    expect(name).toMatch(/^[a-z][a-z\d-]*$/);
    expect(portOfService(name), name).toBeGreaterThan(0);
    expect(portOfService(name), name).toBeLessThan(65_536);
  }
  expect(new Set(SERVICE_NAMES).size).toBe(SERVICE_NAMES.length);
});
