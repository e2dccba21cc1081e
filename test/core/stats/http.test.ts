import { expect, test } from 'vitest';
import type { CaptureReader } from '../../../src/core/capture/capture-reader.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { HttpRequestRow } from '../../../src/core/record/tables/http-request.ts';
import { openHttp } from '../../../src/core/stats/http.ts';
import { PREFACE } from '../../../src/core/wire/app/http/http2.ts';
import { udpFrame } from '../../support/frames.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

/** The rows of what is sent; `talk` calls `taken` after each segment. */
function rowsOf(talk: (connection: TcpConversation, taken: () => void) => void): HttpRequestRow[] {
  const statistic = openHttp({ bucketMs: 1000, owners: new PktapOwners() });
  const connection = new TcpConversation(80);
  talk(connection, () => statistic.ingest!(connection.packet));
  const reader = {} as CaptureReader;
  const [section] = statistic.sections({ dissector: connection.dissector, reader, file: null });
  return [...section!.rows] as HttpRequestRow[];
}

test('requests and responses are paired in their order', () => {
  const rows = rowsOf((connection, taken) => {
    connection.client('GET /1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\nGET /2 HTTP/1.1\r\n\r\n');
    taken();
    connection.server('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab');
    taken();
    connection.server('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    taken();
  });
  expect(rows).toEqual([
    {
      time: '1970-01-01T00:00:00.003000Z',
      stream: 0,
      client_addr: '10.0.0.1',
      client_port: 40_000,
      server_addr: '10.0.0.2',
      server_port: 80,
      method: 'GET',
      host: 'a',
      uri: '/1',
      version: 'HTTP/1.1',
      status: 200,
      reason: 'OK',
      request_bytes: 43,
      response_bytes: 40,
      latency_ms: 1,
      user_agent: 'x',
      community_id: '1:3k1SoWXs/FltHw2aBCgUTgbDQF4=',
      app: 'http',
    },
    expect.objectContaining({ uri: '/2', host: null, status: 404, reason: 'Not Found', latency_ms: 2 }),
  ]);
});

test('either stands alone when the other was not captured', () => {
  const rows = rowsOf((connection, taken) => {
    connection.server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    taken();
    connection.client('GET / HTTP/1.1\r\n\r\n');
    taken();
  });
  expect(rows).toEqual([
    expect.objectContaining({ method: null, status: 200, client_addr: '10.0.0.1', client_port: 40_000 }),
    expect.objectContaining({ method: 'GET', status: null, response_bytes: null, latency_ms: null }),
  ]);
});

test('an interim response does not answer', () => {
  const rows = rowsOf((connection, taken) => {
    connection.client('PUT / HTTP/1.1\r\nContent-Length: 0\r\n\r\n');
    taken();
    connection.server('HTTP/1.1 100 Continue\r\n\r\n');
    taken();
    connection.server('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
    taken();
  });
  expect(rows.map(({ method, status }) => [method, status])).toEqual([['PUT', 201]]);
});

test('HTTP/2 is paired by stream', () => {
  const request = [...hex('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')];
  const frame = (type: number, stream: number, body: readonly number[]): number[] => [
    ...[0, 0, body.length, type, 5, 0, 0, 0, stream],
    ...body,
  ];
  const rows = rowsOf((connection, taken) => {
    connection.client([...Buffer.from(PREFACE), ...frame(1, 1, request), ...frame(1, 3, request)]);
    taken();
    connection.server([...frame(1, 3, [0x8d]), ...frame(1, 1, [0x88])]);
    taken();
  });
  expect(rows).toEqual([
    expect.objectContaining({ method: 'GET', host: 'www.example.com', uri: '/', version: 'HTTP/2', status: 200 }),
    expect.objectContaining({ status: 404, request_bytes: 29, response_bytes: 10, latency_ms: 1 }),
  ]);
});

test('a promised request has a row of its own, with its answer, all in one segment', () => {
  const frame = (type: number, stream: number, body: readonly number[]): number[] => [
    ...[0, 0, body.length, type, 4, 0, 0, 0, stream],
    ...body,
  ];
  const path = (name: string): number[] => [0x82, 0x04, name.length, ...Buffer.from(name)];
  const rows = rowsOf((connection, taken) => {
    connection.client([...Buffer.from(PREFACE), ...frame(1, 1, path('/a'))]);
    taken();
    connection.server([
      ...frame(5, 1, [0, 0, 0, 2, ...path('/b')]),
      ...frame(5, 1, [0, 0, 0, 4, ...path('/c')]),
      ...frame(1, 1, [0x88]),
      ...frame(1, 4, [0x8d]),
      ...frame(1, 2, [0x88]),
    ]);
    taken();
  });
  expect(rows).toMatchObject([
    { method: 'GET', uri: '/a', status: 200, client_port: 40_000, request_bytes: 14, response_bytes: 10 },
    { method: 'GET', uri: '/b', status: 200, client_port: 40_000, request_bytes: 18, response_bytes: 10 },
    { method: 'GET', uri: '/c', status: 404, client_port: 40_000, request_bytes: 18, response_bytes: 10 },
  ]);
});

test('SSDP requests are told of too', () => {
  const search = 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n';
  const statistic = openHttp({ bucketMs: 1000, owners: new PktapOwners() });
  const packet = dissectFrame(udpFrame({ srcPort: 50_000, dstPort: 1900 }, [...Buffer.from(search)]));
  statistic.ingest!(packet);
  const [section] = statistic.sections({} as never);
  expect([...section!.rows]).toEqual([
    expect.objectContaining({ method: 'M-SEARCH', uri: '*', host: '239.255.255.250:1900', server_port: 1900 }),
  ]);
});

test('a request without a target', () => {
  const rows = rowsOf((connection, taken) => {
    connection.client('GET  HTTP/1.1\r\nHost: a\r\n\r\n');
    taken();
  });
  expect(rows).toEqual([expect.objectContaining({ method: 'GET', host: 'a', uri: null })]);
});

test('packets without a time have no latency', () => {
  const statistic = openHttp({ bucketMs: 1000, owners: new PktapOwners() });
  const connection = new TcpConversation(80);
  for (const send of [
    () => connection.client('GET / HTTP/1.1\r\n\r\n'),
    () => connection.server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  ]) {
    send();
    connection.packet.seconds = Number.NaN;
    statistic.ingest!(connection.packet);
  }
  const [section] = statistic.sections({ dissector: connection.dissector, reader: {} as CaptureReader, file: null });
  expect([...section!.rows]).toMatchObject([{ status: 200, latency_ms: null }]);
});
