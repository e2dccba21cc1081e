import { expect, test } from 'vitest';
import { dnsQuery } from '../../../../src/core/health/messages/dns-query.ts';

const hex = (name: string, type: number, id: number, edns: boolean): string =>
  dnsQuery({ name, type, transport: 'udp', method: 'POST', path: '/' }, id, edns).toString('hex');

/** Flags RD and AD, one question; then one additional record or none. */
const FLAGS = '01200001' + '00000000';
/** The root, OPT, 1232 bytes of UDP, no extended code, version 0, DO, no options. */
const OPT = '00' + '0029' + '04d0' + '00' + '00' + '8000' + '0000';

test.each([
  ['example.org', 28, 0x1234, true, `1234${FLAGS}0001076578616d706c65036f726700001c0001${OPT}`],
  ['example.org', 1, 0xffff, false, `ffff${FLAGS}0000076578616d706c65036f72670000010001`],
  ['', 2, 0, true, `0000${FLAGS}0001` + `0000020001${OPT}`],
  ['org', 65_535, 1, false, `0001${FLAGS}0000036f726700ffff0001`],
])('%s of type %i, whole', (name, type, id, edns, bytes) => {
  expect(hex(name, type, id, edns)).toBe(bytes);
});
