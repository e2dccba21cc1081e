import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { StatisticName } from '../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../src/core/stats/run.ts';
import { pcap, sourceOf } from '../../support/captures.ts';
import { type Segment, tcpFrame } from '../../support/frames.ts';
import { ascii, octets } from '../../support/headers.ts';
import { runStatistic, START } from '../../support/run-statistic.ts';

const SYN = 2;
const SYN_ACK = 0x12;
const PSH_ACK = 0x18;
const SERVER = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
const QUERY = octets('0013 0007 0100 0001 0000 0000 0000 0161 00 0001 0001');
const ANSWER = octets('0023 0007 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0004 01020304');

const client = (port: number, seq: number, payload: readonly number[], ack = 1, flags = PSH_ACK): Uint8Array =>
  tcpFrame({ srcPort: 40_000, dstPort: port, seq, ack, flags }, payload);
const server = (port: number, seq: number, payload: readonly number[], ack: number, flags = PSH_ACK): Uint8Array => {
  const segment: Segment = { ...SERVER, srcPort: port, dstPort: 40_000, seq, ack, flags };
  return tcpFrame(segment, payload);
};
const handshake = (port: number): Uint8Array[] => [client(port, 0, [], 0, SYN), server(port, 0, [], 1, SYN_ACK)];

test('a query that waited belongs to who sent it, when its answer brings it along', () => {
  const frames = [...handshake(53), client(53, 100, QUERY), server(53, 1, ANSWER, 100 + QUERY.length)];
  expect(runStatistic('dns', frames)).toEqual([
    {
      ...{ time: '2025-01-01T00:00:00.003000Z', client: '10.0.0.1', server: '10.0.0.2', transport: 'tcp', id: 7 },
      ...{ name: 'a', qtype: 'A', rcode: 'NOERROR', answers: ['1.2.3.4'], latency_ms: 0, packet: 4 },
      community_id: '1:I41oG6c6MqNXOe6qdQtgSOF745w=',
    },
  ]);
});

test('an answer that waited, when the next query brings it along', () => {
  const next = octets('0013 0008 0100 0001 0000 0000 0000 0162 00 0001 0001');
  const answerEnd = 50 + ANSWER.length;
  const frames = [
    ...[...handshake(53), client(53, 1, QUERY), server(53, 50, ANSWER, 1 + QUERY.length)],
    client(53, 1 + QUERY.length, next, answerEnd),
  ];
  expect(runStatistic('dns', frames)).toMatchObject([
    { id: 7, client: '10.0.0.1', server: '10.0.0.2', answers: ['1.2.3.4'], latency_ms: 2 },
    { id: 8, client: '10.0.0.1', server: '10.0.0.2', answers: [], rcode: null },
  ]);
});

test('a response without a request that waited has its own server', () => {
  const response = ascii('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  const request = ascii('GET /b HTTP/1.1\r\nHost: h\r\n\r\n');
  const frames = [...handshake(80), server(80, 50, response, 1), client(80, 1, request, 50 + response.length)];
  expect(runStatistic('http', frames)).toMatchObject([
    { status: 200, method: null, client_port: 40_000, server_port: 80, client_addr: '10.0.0.1' },
    { status: null, method: 'GET', client_port: 40_000, server_port: 80, client_addr: '10.0.0.1' },
  ]);
});

const EARLY = [...handshake(53), client(53, 100, QUERY), server(53, 50, ANSWER, 1)];

/** The rows of a statistic over these frames, a millisecond apart, read in pieces or at once. */
async function readThrough(name: StatisticName, inPieces: boolean): Promise<readonly object[]> {
  const records = EARLY.map((bytes, index) => ({ bytes, seconds: START, fraction: 1000 * index }));
  const reader = await openCaptureReader(sourceOf(pcap(records)), 4096);
  const run = new StatisticsOfRun([name], { bucketMs: 1000, owners: new PktapOwners() });
  const feed = new PacketFeed(reader, run.dissector);
  feed.listen(...run.listeners);
  feed.listenToHeld(...run.heldListeners);
  const { signal } = new AbortController();
  if (inPieces) for await (const _ of feed.pieces(signal));
  else await feed.run(signal);
  expect(feed.count).toBe(4);
  return run.sections(reader, null).flatMap(({ rows }) => [...rows]);
}

test.each([[true], [false]])(
  'at the end of a capture what waited is told of at its own time (in pieces: %s)',
  async (pieces) => {
    expect(await readThrough('dns', pieces)).toMatchObject([
      { time: '2025-01-01T00:00:00.002000Z', client: '10.0.0.1', rcode: 'NOERROR', latency_ms: 1, packet: 3 },
    ]);
    expect(await readThrough('summary', pieces)).toMatchObject([{ packets: 4 }]);
  },
);

test('statistics of packets count no packet again at the end', () => {
  const names = ['dns', 'http', 'tls', 'summary', 'protocols', 'conversations', 'time', 'expert'] as const;
  const run = new StatisticsOfRun(names, { bucketMs: 1000, owners: new PktapOwners() });
  expect([run.listeners.length > 3, run.heldListeners.length]).toEqual([true, 3]);
});
