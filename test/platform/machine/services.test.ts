import { expect, test } from 'vitest';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { parseServices, readServices } from '../../../src/platform/machine/services.ts';

test('reads services(5), the first name of a port wins', () => {
  const names = parseServices(
    '# comment\nhttp\t\t80/tcp\t\twww # WorldWideWeb\nother 80/tcp\ndomain 53/udp\nbroken\n 99/tcp\nbad port/tcp\n',
  );
  expect(names.get('tcp')?.get(80)).toBe('http');
  expect(names.get('udp')?.get(53)).toBe('domain');
  expect([...names.values()].reduce((sum, ports) => sum + ports.size, 0)).toBe(2);
});

test('a machine without /etc/services knows the usual names', () => {
  const serviceOf = readServices(openHost('/nonexistent', realClock));
  expect([
    serviceOf('tcp', 443),
    serviceOf('udp', 443),
    serviceOf('tcp', 5432),
    serviceOf('tcp', 65_000),
    serviceOf('sctp', 80),
  ]).toEqual(['https', 'https', 'postgresql', null, null]);
});
