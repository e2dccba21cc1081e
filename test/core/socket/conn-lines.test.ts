import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteText } from '../../../src/core/net/byte-text.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import type { LineForm } from '../../../src/core/output/json-line.ts';
import { conn, SOCKET_STATES } from '../../../src/core/record/tables/conn.ts';
import { blankSocket, type SocketDraft } from '../../../src/core/socket/blank-socket.ts';
import type { Looked } from '../../../src/core/socket/conn-line-parts.ts';
import { compileConnLines } from '../../../src/core/socket/conn-lines.ts';
import { connRow } from '../../../src/core/socket/conn-row.ts';
import type { Ownership, Socket } from '../../../src/core/socket/socket.ts';
import { socketCommunityId } from '../../../src/core/socket/socket-community-id.ts';
import { SOCKET_NUMBERS } from '../../../src/core/socket/socket-numbers.ts';
import { CURL } from '../../support/fake-platform.ts';

const AT = { time: '2026-01-02T03:04:05.000Z', monotonicMs: 10_000.4 };
const OWNERS: readonly Ownership[] = [
  { processes: [], attribution: 'none unseen' },
  { processes: [CURL], attribution: 'proc_fd exact' },
  { processes: [{ ...CURL, cmdline: 'a "quoted"\u009b word', container: 'böx' }, CURL], attribution: 'proc_fd shared' },
];
const PLACES = [
  { country: null, city: null, asn: null, org: null },
  { country: 'NL', city: 'Utrecht', asn: 64_496, org: 'Example "B.V."' },
  { country: 'DE', city: null, asn: null, org: null },
];

const LOOKED: Looked = {
  reading: {
    ownerOf: ({ inode }) => OWNERS[(inode ?? 0) % OWNERS.length]!,
    userOf: (uid) => (uid === 0 ? 'root' : null),
    ifaceOf: ({ local_port }) => ['lo', null, 'eth0'][local_port % 3]!,
    netns: 'inner',
  },
  at: AT,
  serviceOf: (proto, port) => (port % 4 === 0 ? `${proto}-${port}` : null),
};

const formOf = (fields: readonly string[], placed: boolean): LineForm => ({
  fields,
  placeOf: placed ? (address) => PLACES[(address ?? '').length % PLACES.length]! : null,
});

/** The line that the renderer makes of the row of a socket. */
function lineOf(socket: Socket, { fields, placeOf }: LineForm): string {
  const { reading, at, serviceOf } = LOOKED;
  const owner = reading.ownerOf(socket);
  const row = connRow(socket, reading, serviceOf, { at, owner, firstSeen: null, rxRate: null, txRate: null });
  row.community_id = socketCommunityId(socket);
  const place = placeOf?.(socket.remote_addr);
  if (place)
    Object.assign(row, { geo_country: place.country, geo_city: place.city, asn: place.asn, as_org: place.org });
  return `${compileJson(conn, fields)(row)}\n`;
}

function writtenOf(sockets: readonly Socket[], form: LineForm): string {
  const lines = compileConnLines(LOOKED, form)!;
  const out = new ByteText(16);
  for (const socket of sockets) lines.write(out, socket);
  return Buffer.from(out.take()).toString();
}

const number = fc.oneof(
  fc.constant(null),
  fc.constant(0),
  fc.nat(70_000),
  fc.maxSafeInteger().map(Math.abs),
  fc.nat(0xffffffff).map((micros) => micros / 1000),
  fc.double({ min: 0, noNaN: true }),
);
const port = fc.nat(65_535);
const v4 = fc.ipV4();
const socket: fc.Arbitrary<Socket> = fc
  .record({
    numbers: fc.array(number, { minLength: SOCKET_NUMBERS.length, maxLength: SOCKET_NUMBERS.length }),
    proto: fc.constantFrom('tcp', 'udp', 'raw', 'icmp', 'udplite', 'sctp', 'dccp'),
    state: fc.constantFrom(...SOCKET_STATES),
    addresses: fc.oneof(
      fc.tuple(fc.constant('ipv4' as const), v4, fc.option(v4)),
      fc.constant(['ipv6', '2001:db8::1', '::1'] as const),
      fc.constant(['ipv6', '::', null] as const),
    ),
    ports: fc.tuple(port, fc.option(port)),
    uid: fc.constantFrom(null, 0, 1000),
    inode: fc.option(fc.nat(9)),
    congestion: fc.constantFrom(null, 'cubic', 'bbr'),
    source: fc.constantFrom('sock_diag', 'proc_net', 'ebpf'),
    more: fc.constantFrom(
      {},
      {},
      {},
      { app: 'tls' },
      { stream: 0 },
      { mptcp_token: '00000001', mptcp_role: 'initial' },
    ),
  })
  .map(({ numbers, addresses, ports, more, ...rest }) => {
    const made = blankSocket() as SocketDraft & Record<string, unknown>;
    for (const [index, name] of SOCKET_NUMBERS.entries()) made[name] = numbers[index] as number;
    const [family, local_addr, remote_addr] = addresses;
    const [local_port, remote_port] = ports;
    return Object.assign(made, { family, local_addr, remote_addr, local_port, remote_port }, rest, more) as Socket;
  });
/** Also the same ones one after another. */
const listed = fc
  .array(
    fc.oneof(
      socket,
      socket.map((one) => [one, one, one]),
    ),
    { maxLength: 20 },
  )
  .map((all) => all.flat());

test('every field of conn is known here', () => {
  expect(compileConnLines(LOOKED, formOf(Object.keys(conn.fields), false))).not.toBeNull();
  expect(compileConnLines(LOOKED, formOf(['state', 'another'], false))).toBeNull();
});

test('lines are, byte by byte, what the renderer makes of rows, whatever fields there are', () => {
  const chosen = fc.oneof(
    fc.constant(Object.keys(conn.fields)),
    fc.shuffledSubarray(Object.keys(conn.fields), { minLength: 1 }),
  );
  fc.assert(
    fc.property(listed, chosen, fc.boolean(), (sockets, fields, placed) => {
      const form = formOf(fields, placed);
      expect(writtenOf(sockets, form)).toBe(sockets.map((one) => lineOf(one, form)).join(''));
    }),
    { numRuns: 300 },
  );
});
