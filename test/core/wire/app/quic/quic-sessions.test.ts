import { describe, expect, test } from 'vitest';
import type { CaptureReader } from '../../../../../src/core/capture/capture-reader.ts';
import { PktapOwners } from '../../../../../src/core/packet/packet-owners.ts';
import type { HttpRequestRow } from '../../../../../src/core/record/tables/http-request.ts';
import type { TlsSessionRow } from '../../../../../src/core/record/tables/tls-session.ts';
import { openHttp } from '../../../../../src/core/stats/http.ts';
import { openTls } from '../../../../../src/core/stats/tls.ts';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import type { TlsSecrets } from '../../../../../src/core/wire/app/tls/tls-secrets.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { infoOf } from '../../../../../src/core/wire/packet-text.ts';
import {
  captureFile,
  eachDissected,
  framesOf,
  keysFile,
  QUIC_CAPTURES,
  type QuicCapture,
  type Recorded,
  secretsOf,
} from '../../../../support/quic-captures.ts';
import { runTool, toolIsMissing } from '../../../../support/tool.ts';
import { hierarchyIn } from '../../../../support/tshark.ts';
import { decoded, pathOf } from '../../../../support/wire.ts';

/** Summary lines of QUIC, that of the last packet in each datagram. */
function infosOf(name: QuicCapture, secrets: TlsSecrets | null = secretsOf(name)): string[] {
  const infos: string[] = [];
  eachDissected(framesOf(name), secrets, (packet) => {
    infos.push(
      infoOf(packet)
        .split(/, (?=Initial|Handshake|0-RTT|Protected)/)
        .at(-1)!,
    );
  });
  return infos;
}

/** In how many frames each path was found, and those below it. */
function hierarchyOf(name: QuicCapture): Map<string, number> {
  const found = new Map<string, number>();
  eachDissected(framesOf(name), secretsOf(name), (packet) => {
    const names = pathOf(packet).split('/');
    for (let depth = 1; depth <= names.length; depth++) {
      const path = names.slice(0, depth).join('/');
      found.set(path, (found.get(path) ?? 0) + 1);
    }
  });
  return found;
}

function rowsOf(frames: readonly Recorded[], secrets: TlsSecrets | null) {
  const options = { bucketMs: 1000, owners: new PktapOwners() };
  const [http, tls] = [openHttp(options), openTls(options)];
  const dissector = new Dissector(REGISTRY, { secrets });
  const take = (packet: Parameters<NonNullable<typeof http.ingest>>[0]): void => {
    http.ingest!(packet);
    tls.ingest!(packet);
  };
  eachDissected(frames, secrets, take, dissector);
  const end = { dissector, reader: {} as CaptureReader, file: null };
  return {
    http: http.sections(end).flatMap(({ rows }) => [...rows] as HttpRequestRow[]),
    tls: tls.sections(end).flatMap(({ rows }) => [...rows] as TlsSessionRow[]),
  };
}

test.each(QUIC_CAPTURES)('%s: protocols and summaries are those of tshark', (name) => {
  if (toolIsMissing('tshark')) return;
  const args = ['-n', '-r', captureFile(name), '-o', `tls.keylog_file:${keysFile(name)}`];
  const printed = hierarchyIn(runTool('tshark', [...args, '-q', '-z', 'io,phs']).stdout);
  const counted = new Map([...printed].map(([path, { packets }]) => [path, packets]));
  expect(counted.size).toBeGreaterThan(8);
  expect(hierarchyOf(name)).toEqual(counted);
  const infos = runTool('tshark', [...args, '-T', 'fields', '-e', '_ws.col.Info'])
    .stdout.split('\n')
    .slice(0, -1);
  const own = infosOf(name);
  expect(own.length).toBe(infos.length);
  // Initial packets are told without their frames
  expect(own.filter((info) => !info.startsWith('Initial'))).toEqual(
    infos.filter((info) => !info.startsWith('Initial')),
  );
});

test('what is decrypted says its frames', () => {
  const infos = infosOf('quic-early');
  expect(infos[11]).toBe(
    '0-RTT, DCID=3da10353fedeb7c17268b4f7ec9d72fd509e, SCID=680e9aed53685698a3411c0f738374467e, PKN: 0, ' +
      'STREAM(2), STREAM(10), STREAM(6), STREAM(0), PADDING',
  );
  expect(infosOf('quic-key-update').filter((info) => info.includes('(KP1)')).length).toBe(15);
  let text = '';
  eachDissected(framesOf('quic-early').slice(0, 5), secretsOf('quic-early'), (packet) => {
    text = decoded(packet);
  });
  expect(text).toMatch(/Packet Number: 1\n/);
  expect(text).toMatch(/STREAM: id=0 fin=1 off=0 len=15\n/);
  expect(text).toMatch(/Hypertext Transfer Protocol Version 3 \(http3\)\n +Type: HEADERS \(1\)\n/);
});

test('requests over HTTP/3, and what the server chose', () => {
  const { http, tls } = rowsOf(framesOf('quic-early'), secretsOf('quic-early'));
  expect(http.length).toBe(2);
  expect(http[0]).toMatchObject({
    stream: 0,
    client_port: 48_166,
    server_port: 4438,
    method: 'GET',
    host: 'localhost:4438',
    uri: '/a.txt',
    version: 'HTTP/3',
    status: 200,
    request_bytes: 15,
    response_bytes: 4068,
    latency_ms: 3.027,
    user_agent: 'nghttp3/ngtcp2 client',
    app: 'http',
  });
  // the request came in a 0-RTT packet, with what it refers to in the table of the session before
  expect(http[1]).toMatchObject({ stream: 1, client_port: 43_215, uri: '/a.txt', status: 200, request_bytes: 43 });
  expect(tls.map(({ alpn }) => alpn)).toEqual(['h3', 'h3']);
});

test('a client that moves to another port', () => {
  const { http } = rowsOf(framesOf('quic-migration'), secretsOf('quic-migration'));
  expect(http.map(({ uri, status, response_bytes }) => [uri, status, response_bytes])).toEqual([
    ['/a.txt', 200, 4068],
    ['/a.txt', 200, 4068],
  ]);
  const moved = infosOf('quic-migration').slice(18);
  expect(moved.every((info) => info.includes('PKN: '))).toBe(true);
});

describe('what does not fit opens nothing, and leaves all as without keys', () => {
  const plain = (name: QuicCapture): string[] => infosOf(name, null);

  test('no secret of the session', () => {
    expect(infosOf('quic-early', secretsOf('quic-chacha20'))).toEqual(plain('quic-early'));
  });

  test('secrets that are wrong', () => {
    const wrong = secretsOf('quic-early', (secret) => secret.map((byte) => byte ^ 1));
    expect(infosOf('quic-early', wrong)).toEqual(plain('quic-early'));
    expect(rowsOf(framesOf('quic-early'), wrong).http).toEqual([]);
  });

  test('secrets of another length', () => {
    const short = secretsOf('quic-early', (secret) => secret.subarray(1));
    expect(infosOf('quic-early', short)).toEqual(plain('quic-early'));
  });
});

test('frames that come late or twice tell the same requests', () => {
  for (const name of QUIC_CAPTURES) {
    const frames = framesOf(name);
    const usual = rowsOf(frames, secretsOf(name)).http.map(({ uri, status }) => [uri, status]);
    // all but the hellos, in pairs the second one first, and each one twice
    const turned = frames.slice(0, 2);
    for (let index = 2; index < frames.length; index += 2) {
      for (const frame of frames.slice(index, index + 2).reverse()) turned.push(frame, frame);
    }
    const rows = rowsOf(turned, secretsOf(name)).http;
    if (name !== 'quic-early') expect(rows.map(({ uri, status }) => [uri, status])).toEqual(usual);
    expect(rows.length).toBe(usual.length);
  }
});

test('a bit that is wrong anywhere in a datagram throws nothing', () => {
  const frames = framesOf('quic-chacha20').slice(0, 8);
  for (let index = 0; index < frames.length; index++) {
    for (let at = 42; at < frames[index]!.bytes.length; at += 61) {
      const bytes = frames[index]!.bytes.slice();
      bytes[at]! ^= 1 << (at % 8);
      const damaged = frames.with(index, { ...frames[index]!, bytes });
      eachDissected(damaged, secretsOf('quic-chacha20'), (packet) => decoded(packet).length + infoOf(packet).length);
    }
  }
});
