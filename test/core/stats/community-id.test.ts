import { expect, test } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { AnyRow } from '../../../src/core/record/table.ts';
import type { StatisticName } from '../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../src/core/stats/run.ts';
import { StreamSurvey } from '../../../src/core/stream/stream-survey.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { clientHello, handshake, record } from '../../support/tls.ts';
import { dissectFrame } from '../../support/wire.ts';

const QUERY = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1];
const ANSWER = [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1];
const ASKS = { from: [192, 168, 1, 52], to: [8, 8, 8, 8], srcPort: 54_585, dstPort: 53 };
const ANSWERS = { from: ASKS.to, to: ASKS.from, srcPort: 53, dstPort: 54_585 };
const DNS_ID = '1:d/FP5EW3wiY1vCndhwleRRKHowQ=';

const CLIENT = { from: [128, 232, 110, 120], to: [66, 35, 250, 204], srcPort: 34_855, dstPort: 80 };
const SERVER = { from: CLIENT.to, to: CLIENT.from, srcPort: 80, dstPort: 34_855 };
const HTTP_ID = '1:LQU9qZlK+B5F3KDmev6m5PMibrg=';
const request = tcpFrame({ ...CLIENT, flags: 24, seq: 1 }, [...Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]);
const response = tcpFrame({ ...SERVER, flags: 24, seq: 1 }, [
  ...Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
]);
const hello = tcpFrame({ ...CLIENT, flags: 24, seq: 1 }, record(22, handshake(1, clientHello({}))));

const IDS: readonly [StatisticName, readonly Uint8Array[], string][] = [
  ['dns', [udpFrame(ASKS, QUERY), udpFrame(ANSWERS, ANSWER)], DNS_ID],
  ['dns', [udpFrame(ANSWERS, ANSWER)], DNS_ID],
  ['http', [request, response], HTTP_ID],
  ['http', [response], HTTP_ID],
  ['tls', [hello], HTTP_ID],
  ['conversations', [request], HTTP_ID],
  ['conversations', [response, request], HTTP_ID],
];

/** The IDs in the rows of a statistic over frames, by whether they are wanted. */
function idsOf(name: StatisticName, frames: readonly Uint8Array[], communityIds?: boolean): readonly unknown[] {
  const given = { bucketMs: 1000, owners: new PktapOwners() };
  const run = new StatisticsOfRun([name], communityIds === undefined ? given : { ...given, communityIds });
  const packet = new Packet();
  for (const frame of frames) {
    dissectFrame(frame, 1, run.dissector, { packet });
    for (const listener of run.listeners) listener(packet);
  }
  const [main] = run.sections({} as never, null);
  return [...main!.rows].map((row: AnyRow) => row.community_id);
}

test.each(IDS)('%s: a row has the ID of its flow, unless nobody reads it (%#)', (name, frames, id) => {
  expect(idsOf(name, frames)).toEqual([id]);
  expect(idsOf(name, frames, true)).toEqual([id]);
  expect(idsOf(name, frames, false)).toEqual([null]);
});

test('a stream has it', () => {
  const survey = new StreamSurvey(1e6, () => true);
  const run = new StatisticsOfRun([], { bucketMs: 1000, owners: new PktapOwners() });
  const packet = new Packet();
  for (const frame of [udpFrame(ASKS, QUERY), response]) {
    dissectFrame(frame, 1, run.dissector, { packet });
    survey.ingest(packet);
  }
  survey.end();
  expect([...survey.rows(run.dissector.flows.flows)].map((row) => row.community_id)).toEqual([HTTP_ID, DNS_ID]);
});
