import { describe, expect, test } from 'vitest';
import { DISPLAY_FIELDS } from '../../../src/core/packet/display-fields.ts';
import { setupFor } from '../../../src/core/packet/filter-setup.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { ascii, ethernet, ipv4, ipv6, octets, tcp, u16, udp } from '../../support/headers.ts';
import { initial } from '../../support/quic.ts';
import { HELLO_A, padded } from '../../support/quic-conversations.ts';
import { clientHello, handshake, record, serverHello, serverName } from '../../support/tls.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

type Octets = readonly number[];

const [S, A, P, F, U] = [2, 16, 8, 1, 32];
const CLIENT = { from: [10, 0, 0, 1], to: [10, 0, 0, 2] };
const SERVER = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
/** The option of a window's scale, with one of no effect before it. */
const scale = (shift: number): Octets => [1, 3, 3, shift];

const ip = (protocol: number, payload: Octets, given = {}): number[] =>
  ethernet(0x0800, ipv4(protocol, payload, given));

/** A TCP connection from `port` to `to`: segments with the next numbers of their side, of initial numbers 1000 and 5000. */
function connection(port: number, to: number, scales: readonly [number, number] | null) {
  const next = { client: 1000, server: 5000 };
  const segment = (side: 'client' | 'server', flags: number, data: Octets = [], options: Octets = []): number[] => {
    const other = side === 'client' ? 'server' : 'client';
    const ports = side === 'client' ? { from: port, to } : { from: to, to: port };
    const ack = (flags & A) === 0 ? 0 : next[other];
    const frame = ip(
      6,
      tcp({ ...ports, seq: next[side], ack, flags, window: 500, options }, data),
      side === 'client' ? CLIENT : SERVER,
    );
    next[side] += data.length + ((flags & (S | F)) !== 0 ? 1 : 0);
    return frame;
  };
  return {
    syn: segment('client', S, [], scales === null ? [] : scale(scales[0])),
    synAck: segment('server', S | A, [], scales === null ? [] : scale(scales[1])),
    client: (data: Octets, flags = P | A) => segment('client', flags, data),
    server: (data: Octets, flags = P | A) => segment('server', flags, data),
  };
}

const dnsName = (name: string): number[] => [...name.split('.').flatMap((label) => [label.length, ...ascii(label)]), 0];
const question = (name: string, type: number): number[] => [...dnsName(name), ...u16(type), ...u16(1)];
const dns = (id: number, flags: number, questions: Octets, count: number, answers: Octets = [], more = 0): number[] => [
  ...[...u16(id), ...u16(flags), ...u16(count), ...u16(more), 0, 0, 0, 0],
  ...[...questions, ...answers],
];
const ANSWER = [...octets('c00c 0001 0001 00000e10 0004'), 192, 0, 2, 7];

const HTTP_REQUESTS =
  'GET /one HTTP/1.1\r\nHost: a.example\r\nUser-Agent: probe/1\r\nReferer: http://b.example/\r\n\r\n' +
  'HEAD /two HTTP/1.0\r\nHost:   b.example\r\n\r\n';
const HTTP_RESPONSES =
  'HTTP/1.1 404 Not Found\r\nServer: s/2\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n' +
  'HTTP/1.0 302 Found\r\nLocation: /three\r\n\r\n';

/** One packet of each kind, by name, in their order. */
const FRAMES: Readonly<Record<string, Octets>> = {
  ...(() => {
    const http = connection(40_000, 80, [2, 7]);
    return {
      syn: http.syn,
      synAck: http.synAck,
      requests: http.client(ascii(HTTP_REQUESTS)),
      responses: http.server(ascii(HTTP_RESPONSES)),
      fin: http.client([], F | A | U),
    };
  })(),
  ...(() => {
    const tls = connection(40_001, 443, null);
    const certificate = handshake(11, new Array<number>(30).fill(7));
    return {
      tlsSyn: tls.syn,
      tlsSynAck: tls.synAck,
      clientHello: tls.client(record(22, handshake(1, clientHello({ extensions: [serverName('s.example')] })))),
      serverHello: tls.server([
        ...record(22, [...handshake(2, serverHello(0xc02f)), ...certificate]),
        ...record(22, certificate.slice(0, 20)),
      ]),
      restOfCertificate: tls.server(record(22, [...certificate.slice(20), ...handshake(14, [])])),
      finished: tls.client([
        ...record(22, handshake(16, [1, 2, 3])),
        ...record(20, [1]),
        ...record(22, new Array<number>(40).fill(0xee)),
      ]),
      encrypted: tls.client(record(23, new Array<number>(20).fill(9))),
    };
  })(),
  query: ip(17, udp(40_002, 53, dns(7, 0x0110, question('real.example', 28), 1))),
  answer: ip(17, udp(53, 40_002, dns(7, 0x85a3, question('real.example', 28), 1, ANSWER, 1)), SERVER),
  mdns: ip(17, udp(5353, 5353, dns(0, 0, [...question('one.local', 1), ...question('two.local', 12)], 2))),
  llmnr: ip(17, udp(40_003, 5355, dns(9, 0x0320, question('host', 1), 1))),
  ssdp: ip(17, udp(40_004, 1900, ascii('M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n\r\n'))),
  notify: ip(17, udp(1900, 1900, ascii('NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n\r\n'))),
  arp: ethernet(0x0806, octets('0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002')),
  vlans: ethernet(0x8100, [...octets('600c 8100 0029 0800'), ...ipv4(17, udp(5000, 5001, [1, 2, 3]))]),
  echo: ip(1, octets('08 00 0000 0001 0002 61626364')),
  unreachable: ip(1, [...octets('03 01 0000 00000000'), ...ipv4(17, udp(6000, 6001, []))]),
  ipv6: ethernet(0x86dd, ipv6(17, udp(5000, 5001, [1]))),
  neighbour: ethernet(0x86dd, ipv6(58, octets('87 00 0000 00000000 20010db8000000000000000000000002'))),
  // 10.9.9.9 to 10.8.8.8, in a tunnel from 10.0.0.1
  tunnel: ip(4, ipv4(17, udp(7000, 7001, [1, 2]), { from: [10, 9, 9, 9], to: [10, 8, 8, 8] })),
  vxlan: ip(
    17,
    udp(40_005, 4789, [
      ...octets('0800 0000 00000500 0a0000000002 0a0000000001 0800'),
      ...ipv4(6, tcp({ from: 41_000, to: 9999, seq: 5, flags: S })),
    ]),
  ),
  fragment: ip(17, new Array<number>(16).fill(1), { id: 99, offset: 1480, more: true }),
};
const NAMES = Object.keys(FRAMES);

function eachPacket(use: (packet: Packet, name: string) => void, dissector = new Dissector(REGISTRY)): void {
  const packet = new Packet();
  for (const name of NAMES) use(dissectFrame(Uint8Array.from(FRAMES[name]!), 1, dissector, { packet }), name);
}

/** The names of those that pass: the same whether all is dissected, or what the filter says that it needs. */
function passing(source: string): string[] {
  const filter = compilePacketFilter(source);
  const passingOf = (dissector: Dissector): string[] => {
    const found: string[] = [];
    eachPacket((packet, name) => {
      if (filter.matches(packet)) found.push(name);
    }, dissector);
    return found;
  };
  const least = passingOf(new Dissector(REGISTRY, setupFor(filter)));
  expect(least).toEqual(passingOf(new Dissector(REGISTRY)));
  return least;
}

describe.each<[string, readonly string[]]>([
  ['http.request', ['requests', 'ssdp']],
  ['not http.request and http', ['responses']],
  ['http.request == true and tcp', ['requests']],
  ['http.request == false', []],
  ['http.request == null and udp.port == 1900', ['notify']],
  ['http.request.method == HEAD', ['requests']],
  ['http.request.method == GET', ['requests']],
  ['http.request.method == head', []],
  ['http.request.method in {POST, "M-SEARCH"}', ['ssdp']],
  ['http.request.method != GET', ['ssdp', 'notify']],
  ['http.request.uri == "/two"', ['requests']],
  ['http.request.uri matches "^/o"', ['requests']],
  ['http.request.version == "HTTP/1.0"', ['requests']],
  ['http.host == b.example', ['requests']],
  ['http.host contains "239.255"', ['ssdp', 'notify']],
  ['http.user_agent', ['requests']],
  ['http.response', ['responses']],
  ['http.response.code == 302', ['responses']],
  ['http.response.code == 200', []],
  ['http.response.code >= 404', ['responses']],
  ['http.response.code > 404', []],
  ['http.response.code in {300..399}', ['responses']],
  ['http.response.phrase == "Not Found"', ['responses']],
  ['http.location == "/three"', ['responses']],
  ['http', ['requests', 'responses']],
  ['dns.qry.name == real.example', ['query', 'answer']],
  ['dns.qry.name == two.local', ['mdns']],
  ['dns.qry.name', ['query', 'answer', 'mdns', 'llmnr']],
  ['dns.qry.type == 12', ['mdns']],
  ['dns.flags.response', ['answer']],
  ['dns.flags.response == 0', ['query', 'mdns', 'llmnr']],
  ['dns.flags.response == false and dns', ['query']],
  ['dns.flags.rcode == 3', ['answer']],
  ['dns.flags.rcode', ['answer']],
  ['dns.flags.rcode == 0', []],
  ['dns.flags.recdesired == 1', ['query', 'answer']],
  ['dns.flags.recavail == 0', []],
  ['dns.flags.truncated', ['llmnr']],
  ['dns.flags == 0x0110', ['query']],
  ['dns.count.answers == 1', ['answer']],
  ['tls.handshake', ['clientHello', 'serverHello', 'restOfCertificate', 'finished']],
  ['tls.handshake.type', ['clientHello', 'serverHello', 'restOfCertificate', 'finished']],
  ['tls.handshake.type == 1', ['clientHello']],
  ['tls.handshake.type == 2', ['serverHello']],
  ['tls.handshake.type == 11', ['serverHello', 'restOfCertificate']],
  ['tls.handshake.type in {12..16}', ['restOfCertificate', 'finished']],
  ['tls.handshake.type == 20', []],
  ['tls.handshake.extensions_server_name == s.example', ['clientHello']],
  ['tls.handshake.extensions_server_name', ['clientHello']],
  ['eth.addr == 02:00:00:00:00:01', NAMES],
  ['eth.dst == 0200.0000.0001', []],
  ['eth.dst == 02-00-00-00-00-02', NAMES],
  ['eth.src == 0A:00:00:00:00:01', ['vxlan']],
  ['eth.addr == 0a:00:00:00:00:02', ['vxlan']],
  ['eth.addr != 0a:00:00:00:00:02', NAMES.filter((name) => name !== 'vxlan')],
  ['eth.src in {0a:00:00:00:00:01, 0a:00:00:00:00:09}', ['vxlan']],
  ['eth.src contains "0a:00"', ['vxlan']],
  ['eth.type == 0x8100', ['vlans']],
  ['vlan.id == 12', ['vlans']],
  ['vlan.id == 41', ['vlans']],
  ['vlan.id == 13', []],
  ['vlan.priority == 3', ['vlans']],
  ['arp.opcode == 2', ['arp']],
  ['arp.opcode', ['arp']],
  ['ip.version == 6', ['ipv6', 'neighbour']],
  ['ip.addr == 10.8.8.8', ['tunnel']],
  ['ip.src', NAMES.filter((name) => !['arp', 'ipv6', 'neighbour'].includes(name))],
  ['ipv6.src', ['ipv6', 'neighbour']],
  ['ipv6.dst == 2001:db8::2', ['ipv6', 'neighbour']],
  ['ip.ttl < 64', []],
  ['ip.ttl == 64 and ip.proto == 4', ['tunnel']],
  ['ip.proto == 17 and not dns.id and not ssdp', ['vlans', 'tunnel', 'vxlan', 'fragment']],
  ['ip.proto == 1', ['echo', 'unreachable']],
  ['ip.len == 30', ['tunnel']],
  ['ip.flags.mf', ['fragment']],
  ['ip.frag_offset == 185', ['fragment']],
  ['ipv6.hlim == 64', ['ipv6', 'neighbour']],
  ['ipv6.nxt == 58', ['neighbour']],
  ['ipv6.plen > 20', ['neighbour']],
  ['icmp.type == 8', ['echo']],
  ['icmp.type == 3 and icmp.code == 1', ['unreachable']],
  ['icmpv6.type == 135', ['neighbour']],
  ['udp.length == 8', []],
  ['udp.length == 11', ['vlans']],
  ['udp.port == 6000', []],
  ['udp.port == 4789', ['vxlan']],
  ['udp.dstport == 7001', ['tunnel']],
  ['tcp.port == 9999', ['vxlan']],
  ['tcp.srcport in {443, 80}', ['synAck', 'responses', 'tlsSynAck', 'serverHello', 'restOfCertificate']],
  ['tcp.seq == 0', ['syn', 'synAck', 'tlsSyn', 'tlsSynAck', 'vxlan']],
  ['tcp.seq_raw == 1000', ['syn', 'tlsSyn']],
  [`tcp.ack == ${1 + HTTP_REQUESTS.length}`, ['responses']],
  ['tcp.ack_raw == 5001 and http', ['requests']],
  [
    'tcp.window_size == 500',
    [
      'syn',
      'synAck',
      'tlsSyn',
      'tlsSynAck',
      'clientHello',
      'serverHello',
      'restOfCertificate',
      'finished',
      'encrypted',
    ],
  ],
  ['tcp.window_size == 2000', ['requests', 'fin']],
  ['tcp.window_size == 64000', ['responses']],
  ['tcp.window_size_value == 500 and http', ['requests', 'responses']],
  ['tcp.flags.urg', ['fin']],
  ['tcp.flags.fin == 1', ['fin']],
  ['data', ['vlans', 'echo', 'ipv6', 'tunnel', 'fragment']],
])('%s', (source, expected) => {
  test('picks', () => expect(passing(source)).toEqual(expected));
});

test('a filter over fields makes no text, and reads applications only for theirs', () => {
  const headers = compilePacketFilter('ip.ttl < 5 or tcp.window_size == 0 or eth.addr == 02:00:00:00:00:01');
  expect([headers.needsText, headers.needsApplications, headers.needsHellos]).toEqual([false, false, false]);
  for (const source of ['http.response.code >= 500', 'tls.handshake.type == 1', 'http', 'data']) {
    const messages = compilePacketFilter(source);
    const { needsText, needsApplications, needsHellos } = messages;
    expect([needsText, needsApplications, needsHellos], source).toEqual([false, true, source.startsWith('tls')]);
  }
});

test.each([
  ['ip.ttl == many', '"many" is not a number (ip.ttl)'],
  ['eth.addr == house', '"house" is not an address (eth.addr)'],
  ['http.response.code contains 4', 'http.response.code cannot be compared by "contains"'],
  ['tcp.flags.syn == 2k', '"2k" is not a number (tcp.flags.syn)'],
  ['ip.ttl in {9..3}', 'the range is empty (ip.ttl)'],
])('%s is an error', (source, message) => {
  expect(() => compilePacketFilter(source)).toThrow(message);
});

/** The values of fields in the records of each packet. */
function valuesOf(...fields: readonly string[]): Readonly<Record<string, readonly unknown[]>> {
  const rows = new PacketRows();
  const values: Record<string, readonly unknown[]> = {};
  eachPacket((packet, name) => {
    const row = rows.fields(packet, fields) as Readonly<Record<string, unknown>>;
    values[name] = fields.map((field) => row[field]);
  });
  return values;
}

test('a record has the number of the innermost header, and null where there is none', () => {
  const values = valuesOf('ip.src', 'ip.len', 'udp.length', 'vlan.id', 'eth.src', 'tcp.seq');
  expect(values.tunnel).toEqual(['10.9.9.9', 30, 10, null, '02:00:00:00:00:01', null]);
  expect(values.vlans).toEqual(['10.0.0.1', 31, 11, 41, '02:00:00:00:00:01', null]);
  expect(values.vxlan).toEqual(['10.0.0.1', 40, 58 + 8 + 4, null, '0a:00:00:00:00:01', 0]);
  expect(values.arp).toEqual([null, null, null, null, '02:00:00:00:00:01', null]);
});

test('a record has all values of messages, of which one packet holds several', () => {
  const values = valuesOf(
    'http.request.method',
    'http.host',
    'http.response.code',
    'dns.qry.name',
    'tls.handshake.type',
  );
  expect(values.requests).toEqual([['GET', 'HEAD'], ['a.example', 'b.example'], null, null, null]);
  expect(values.responses).toEqual([null, null, [404, 302], null, null]);
  expect(values.mdns).toEqual([null, null, null, ['one.local', 'two.local'], null]);
  expect(values.serverHello).toEqual([null, null, null, null, [2, 11]]);
  expect(values.arp).toEqual([null, null, null, null, null]);
});

test('a flag of a record is true, false, or null where there is none', () => {
  const values = valuesOf('http.request', 'dns.flags.response', 'tcp.flags.syn', 'tls.handshake', 'data');
  expect(values.requests).toEqual([true, null, false, null, null]);
  expect(values.query).toEqual([null, false, null, null, null]);
  expect(values.answer).toEqual([null, true, null, null, null]);
  expect(values.finished).toEqual([null, null, false, true, null]);
  expect(values.echo).toEqual([null, null, null, null, true]);
});

test('many values are no more than 64', () => {
  const asked = Array.from({ length: 70 }, (_, index) => `n${index}.local`);
  const message = dns(
    0,
    0,
    asked.flatMap((name) => question(name, 1)),
    asked.length,
  );
  const packet = dissectFrame(Uint8Array.from(ip(17, udp(5353, 5353, message))));
  const row = new PacketRows().fields(packet, ['dns.qry.name']) as Readonly<Record<string, unknown>>;
  expect(row['dns.qry.name']).toEqual(asked.slice(0, 64));
  expect(compilePacketFilter('dns.qry.name == n69.local').matches(packet)).toBe(true);
});

/** The values of `tls.handshake` and `tls.handshake.type` of one segment from the client, of which `captured` bytes are there. */
function handshakesOf(data: Octets, captured = Number.POSITIVE_INFINITY): readonly unknown[] {
  const frame = Uint8Array.from(connection(40_000, 443, null).client(data));
  const packet = dissectFrame(frame.subarray(0, captured), 1, undefined, { length: frame.length });
  const row = new PacketRows().fields(packet, ['tls.handshake', 'tls.handshake.type']) as Readonly<
    Record<string, unknown>
  >;
  return [row['tls.handshake'], row['tls.handshake.type']];
}
const HELLO = record(22, handshake(1, clientHello()));

test('a handshake message has a type when it is whole and in clear', () => {
  const headers = 14 + 20 + 20;
  expect(handshakesOf(HELLO)).toEqual([true, [1]]);
  expect(handshakesOf(HELLO, headers + HELLO.length - 1)).toEqual([null, null]);
  expect(handshakesOf([...HELLO, ...HELLO], headers + 2 * HELLO.length - 1)).toEqual([true, [1]]);
  // from the middle of a connection: neither its type nor its length is that of a message
  const encrypted = record(22, new Array<number>(40).fill(0xee));
  expect(handshakesOf(encrypted)).toEqual([true, null]);
  expect(handshakesOf(encrypted, headers + encrypted.length - 1)).toEqual([null, null]);
  expect(handshakesOf([...record(20, [1]), ...encrypted])).toEqual([true, null]);
  const cut = [...record(20, [1]), ...encrypted];
  expect(handshakesOf(cut, headers + cut.length - 1)).toEqual([null, null]);
  expect(handshakesOf(record(23, [1, 2, 3]))).toEqual([null, null]);
});

test('more handshake messages than are listed do no harm', () => {
  const done = Array.from({ length: 40 }, () => handshake(14, [])).flat();
  expect(handshakesOf(record(22, done))).toEqual([true, new Array<number>(32).fill(14)]);
});

/** tshark numbers the streams of headers quoted by ICMP errors, too, and finds fields in those. */
const UNCOMPARED: ReadonlySet<string> = new Set(['http', 'data', 'tcp.stream', 'udp.stream']);
const COMPARED = [...DISPLAY_FIELDS.keys()].filter((name) => !UNCOMPARED.has(name));

test.skipIf(toolIsMissing('tshark'))('tshark finds the same values', () => {
  const said = tsharkFields(
    NAMES.map((name) => ({ bytes: Uint8Array.from(FRAMES[name]!) })),
    COMPARED,
  );
  eachPacket((packet, name) => {
    if (name === 'unreachable') return;
    const values: Record<string, string> = {};
    for (const field of COMPARED) {
      const each: unknown[] = [];
      DISPLAY_FIELDS.get(field)!.visit(packet, (value) => {
        each.push(value);
        return false;
      });
      values[field] = each.map(String).sort().join(',');
    }
    const cells = said[NAMES.indexOf(name)]!.split('\t');
    const expected = Object.fromEntries(COMPARED.map((field, index) => [field, plain(field, cells[index]!)]));
    expect({ name, ...values }).toEqual({ name, ...expected });
  });
});

/** A cell of tshark with decimal numbers, in order; a label stands for a handshake, and an item for each message. */
function plain(field: string, cell: string): string {
  if (field === 'tls.handshake') return cell === '' ? '' : '1';
  return cell
    .split(',')
    .map((value) => (/^0x[0-9a-f]+$/.test(value) ? String(Number(value)) : value))
    .sort()
    .join(',');
}

test('the server that a hello of QUIC names', () => {
  const packet = dissectFrame(Uint8Array.from(ip(17, udp(50_000, 443, initial(padded(HELLO_A))))));
  const name = 'tls.handshake.extensions_server_name';
  const row = new PacketRows().fields(packet, ['tls.handshake.type', name]) as Readonly<Record<string, unknown>>;
  expect(row).toMatchObject({ 'tls.handshake.type': [1], [name]: ['a.example'] });
  expect(compilePacketFilter(`${name} == a.example`).matches(packet)).toBe(true);
});
