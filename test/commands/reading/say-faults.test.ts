import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sayFaults } from '../../../src/commands/reading/say-faults.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import { FlowNames } from '../../../src/core/stream/flow-names.ts';
import { Reassembly } from '../../../src/core/stream/reassembly.ts';
import { dns } from '../../../src/core/wire/app/dns/dns.ts';
import { Faults } from '../../../src/core/wire/faults.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { udp } from '../../../src/core/wire/udp.ts';
import { pcap } from '../../support/captures.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ascii, octets } from '../../support/headers.ts';
import { type Ran, recordsOf, runInProcess } from '../../support/in-process.ts';

const QUERY = octets('0001 0100 0001 0000 0000 0000 01 61 00 0001 0001');
const FRAMES = [
  udpFrame({ srcPort: 1000, dstPort: 2000 }, [1]),
  udpFrame({ srcPort: 1000, dstPort: 53 }, QUERY),
  tcpFrame({ srcPort: 1000, dstPort: 80, flags: 0x18, seq: 1 }, ascii('GET / HTTP/1.1\r\n\r\n')),
  udpFrame({ srcPort: 1000, dstPort: 53 }, QUERY),
];
let file = '';
const netwatch = (...argv: readonly string[]): Promise<Ran> => runInProcess(argv, { expectsFaults: true });
const fail = (): never => {
  throw new TypeError('no\u001b[31mthing');
};
/** What netwatch never does, but for a bug. */
function breakIt(of: object, what: string): void {
  vi.spyOn(of as Record<string, () => unknown>, what).mockImplementation(fail);
}

beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), 'netwatch-faults-')), 'a.pcap');
  writeFileSync(file, pcap(FRAMES.map((bytes) => ({ bytes }))));
});
afterEach(() => {
  rmSync(path.dirname(file), { recursive: true });
  vi.restoreAllMocks();
});

const SAID = /^2 packets could not be dissected completely: a bug in netwatch, -v shows where$/;

test('a dissector throws: all other packets are counted, its own are malformed, and it is said', async () => {
  breakIt(dns, 'datagram');
  const { out, said, status } = await netwatch('stats', '-r', file, '--by', 'summary,http,protocols', '-o', 'ndjson');
  expect([status, said]).toEqual([0, [expect.stringMatching(SAID)]]);
  const records = recordsOf(out);
  expect(records.find(({ type }) => type === 'capture_summary')).toMatchObject({ packets: 4, malformed_packets: 2 });
  expect(records.filter(({ type }) => type === 'http_request')).toHaveLength(1);
});

test('with -v: what it was, where, and what to report it with, which picks the packet', async () => {
  breakIt(dns, 'datagram');
  const { said } = await netwatch('stats', '-r', file, '-v');
  expect(said).toEqual([
    expect.stringMatching(
      /^2 packets could not be dissected completely: a bug in netwatch; packet 2: TypeError: no.*thing at .*say-faults\.test\.ts:\d+:\d+\)$/,
    ),
    `please report it, with the packets that caused it: netwatch export packets -r ${file} -f 'number <= 2 and udp.stream == 1' -w bug.pcapng`,
    expect.stringMatching(/protocol records/),
  ]);
  const cut = path.join(path.dirname(file), 'bug.pcapng');
  const filter = /-f '([^']+)'/.exec(said[1]!)![1]!;
  expect((await netwatch('export', 'packets', '-r', file, '-f', filter, '-w', cut)).said[0]).toMatch(/^wrote 1 of 4/);
});

test.each(['summary', 'http'] as const)('the statistic %s throws: the others go on', async (broken) => {
  const open = OPENERS[broken];
  vi.spyOn(OPENERS, broken).mockImplementation((options) => ({ ...open(options), ingest: fail }));
  const { out, said, status } = await netwatch('stats', '-r', file, '--by', 'summary,http,dns', '-o', 'ndjson');
  expect([status, said]).toEqual([0, [expect.stringMatching(/^4 packets could not be dissected completely/)]]);
  const records = recordsOf(out);
  expect(records.filter(({ type }) => type === 'dns_query')).toHaveLength(2);
  if (broken === 'http') expect(records[0]).toMatchObject({ packets: 4, malformed_packets: 4 });
});

test('records of one statistic cannot be made: those of the others are, and it is said', async () => {
  const open = OPENERS.http;
  vi.spyOn(OPENERS, 'http').mockImplementation((options) => ({ ...open(options), sections: fail }));
  const { out, said, status } = await netwatch('stats', '-r', file, '--by', 'http,dns', '-o', 'ndjson');
  expect([status, said]).toEqual([
    0,
    [
      'some records are missing, because making them failed: a bug in netwatch, -v shows where',
      'no http_request records',
    ],
  ]);
  expect(recordsOf(out)).toHaveLength(2);
});

test('a text throws: the packet is listed without it', async () => {
  breakIt(dns, 'info');
  const { out, said } = await netwatch(
    'capture',
    '-r',
    file,
    '--fields',
    'number,proto,malformed,info',
    '-o',
    'ndjson',
  );
  expect(said).toEqual([expect.stringMatching(SAID)]);
  const records = recordsOf(out);
  expect(records.map(({ number, malformed }) => [number, malformed])).toEqual([
    [1, false],
    [2, true],
    [3, false],
    [4, true],
  ]);
  expect(records[1]).toMatchObject({ proto: 'DNS', info: '[Malformed Packet]' });
});

test('a field throws: the other layers are decoded', async () => {
  breakIt(udp, 'fields');
  const { out, said, status } = await netwatch('capture', '-r', file, '-V');
  expect([status, said]).toEqual([0, [expect.stringMatching(/^3 packets could not/)]]);
  expect(out.match(/\[Malformed Packet\]/g)).toHaveLength(3);
  expect(out).toContain('Hypertext Transfer Protocol (http)');
  expect(out).toContain('Domain Name System (dns)');
});

test('a filter that throws at a packet does not pass it', async () => {
  breakIt(dns, 'datagram');
  const copy = path.join(path.dirname(file), 'b.pcap');
  const { said } = await netwatch('export', 'packets', '-r', file, '-f', 'http or info contains "zzz"', '-w', copy);
  expect(said).toEqual([`wrote 1 of 4 packets to ${copy}`, expect.stringMatching(SAID)]);
});

test('conversations of a capture, and streams: the run goes on', async () => {
  breakIt(dns, 'datagram');
  for (const argv of [['conns'], ['follow'], ['follow', '--all', '--udp'], ['follow', '-f', 'proto == "tcp"']]) {
    const { said, status } = await netwatch(...argv, '-r', file);
    expect([argv, status, said.filter((line) => SAID.test(line)).length]).toEqual([argv, 0, 1]);
  }
});

test('what takes packets in for connections and for streams throws: the run goes on', async () => {
  vi.spyOn(FlowNames.prototype, 'ingest').mockImplementation(fail);
  expect((await netwatch('conns', '-r', file)).said).toEqual([expect.stringMatching(/^4 packets/)]);
  vi.restoreAllMocks();
  vi.spyOn(Reassembly.prototype, 'take').mockImplementation(fail);
  const { said, status } = await netwatch('follow', '-r', file, '--all', '-o', 'ndjson');
  expect([status, said]).toEqual([
    0,
    [expect.stringMatching(/^1 packet could/), expect.stringMatching(/^1 packet could/)],
  ]);
});

test('of what was captured live, the packet is found in a file', () => {
  const context = { ...fakeContext(), isVerbose: true };
  const faults = new Faults();
  sayFaults(context, faults);
  expect(context.said).toEqual([]);
  faults.note(null, new Error('x'));
  sayFaults(context, faults);
  expect(context.said).toEqual([expect.stringMatching(/^some records are missing.*; Error: x at /)]);
  const packet = new Packet();
  packet.number = 7;
  faults.note(packet, new Error('y'));
  sayFaults(context, faults);
  expect(context.said.at(-1)).toMatch(/^please report it, .*, from a capture with -w FILE: .* -r FILE -f /);
});
