import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CaptureReader } from '../../../../../src/core/capture/capture-reader.ts';
import { openCaptureReader } from '../../../../../src/core/capture/open-capture-reader.ts';
import { SessionSecrets } from '../../../../../src/core/keylog/session-secrets.ts';
import { PktapOwners } from '../../../../../src/core/packet/packet-owners.ts';
import type { HttpRequestRow } from '../../../../../src/core/record/tables/http-request.ts';
import type { TlsSessionRow } from '../../../../../src/core/record/tables/tls-session.ts';
import { openHttp } from '../../../../../src/core/stats/http.ts';
import type { OpenStatistic } from '../../../../../src/core/stats/statistic.ts';
import { openTls } from '../../../../../src/core/stats/tls.ts';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../../src/core/wire/packet.ts';
import { sourceOf } from '../../../../support/captures.ts';
import { runTool, toolIsMissing } from '../../../../support/tool.ts';

const folder = new URL('../../../../captures/', import.meta.url);

async function eachPacket(
  name: string,
  keys: Uint8Array | null,
  take: (packet: Packet, dissector: Dissector) => void,
): Promise<void> {
  const secrets = keys === null ? null : new SessionSecrets();
  secrets?.addWhole(keys!);
  const reader = await openCaptureReader(sourceOf(readFileSync(new URL(`${name}.pcap`, folder))), 65_536);
  const dissector = new Dissector(REGISTRY, { secrets });
  const packet = new Packet();
  while (await reader.fill()) {
    while (reader.next(packet)) {
      dissector.dissect(packet);
      if (dissector.faults.firstError !== null) throw dissector.faults.firstError;
      take(packet, dissector);
    }
  }
}

/** The names of the layers of every packet. */
async function layersOf(name: string, keys: Uint8Array | null): Promise<string[][]> {
  const found: string[][] = [];
  await eachPacket(name, keys, ({ layerProtocol, layerCount }) => {
    found.push([...layerProtocol.subarray(0, layerCount)].map((id) => REGISTRY.byId[id]!.name));
  });
  return found;
}

/** What a statistic has of a capture with its key log. */
async function sectionsOf(name: string, statistic: OpenStatistic): Promise<unknown[]> {
  let ended: Dissector | null = null;
  await eachPacket(name, keysOf(name), (packet, dissector) => {
    ended = dissector;
    statistic.ingest!(packet);
  });
  const end = { dissector: ended!, reader: {} as CaptureReader, file: null };
  return statistic.sections(end).flatMap(({ rows }) => [...rows]);
}

/** How many packets have each path of layers behind tls, as `tshark -q -z io,phs` with the key log counts them. */
async function insideTls(name: string, keys: Uint8Array | null): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const layers of await layersOf(name, keys)) {
    const inside = layers.slice(layers.indexOf('tls') + 1).join(':');
    if (layers.includes('tls') && inside !== '') counts[inside] = (counts[inside] ?? 0) + 1;
  }
  return counts;
}

/** What `tshark -T fields` says with the key log, a line for a packet. */
function tsharkOf(name: string, args: readonly string[]): string[] {
  const file = (ending: string): string => fileURLToPath(new URL(`${name}.${ending}`, folder));
  const all = ['-n', '-r', file('pcap'), '-o', `tls.keylog_file:${file('keys')}`, '-T', 'fields', ...args];
  return runTool('tshark', all).stdout.split('\n').slice(0, -1);
}

/** The layers that both programs name: one for each protocol, however many messages it has. */
const compared = (names: readonly string[]): string =>
  names
    .filter((name) => REGISTRY.byName.has(name) && !/segments$|^data/.test(name))
    .filter((name, index, all) => name !== all[index - 1])
    .join(':');

const OPTIONS = { bucketMs: 1000, owners: new PktapOwners() };
const keysOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.keys`, folder));

test('every cipher suite but ARIA is read, a request and an answer each', async () => {
  expect(await insideTls('tls-suites', keysOf('tls-suites'))).toEqual({ http: 42 });
});
test('resumption, a retried hello, renegotiation, key updates and early data; protocols inside', async () => {
  const counts = await insideTls('tls-streams', keysOf('tls-streams'));
  expect(counts).toMatchObject({ http: 22, smtp: 6, 'dns:tls.segments': 1, 'websocket:data-text-lines': 2 });
});
test('nothing is read without secrets, nor with those of other sessions', async () => {
  expect(await insideTls('tls-suites', null)).toEqual({});
  expect(await insideTls('tls-suites', keysOf('tls-streams'))).toEqual({});
});
test('TLS that begins inside another protocol has inside what tshark finds there', async () => {
  const own = await layersOf('tls-starttls', keysOf('tls-starttls'));
  expect(await insideTls('tls-starttls', keysOf('tls-starttls'))).toMatchObject({
    ...{ imap: 8, pop: 8, ftp: 8, ldap: 4, http: 8, smtp: 8, tds: 8, mysql: 8 },
    ...{ pgsql: 4, 'pgsql:pgsql': 4 },
  });
  if (toolIsMissing('tshark')) return;
  const file = (ending: string): string => fileURLToPath(new URL(`tls-starttls.${ending}`, folder));
  const args = ['-n', '-r', file('pcap'), '-o', `tls.keylog_file:${file('keys')}`, '-T', 'fields'];
  const printed = runTool('tshark', [...args, '-e', 'frame.protocols'])
    .stdout.split('\n')
    .slice(0, -1);
  expect(own.length).toBe(printed.length);
  // tshark leaves alone what TLS has inside TDS
  const rows = printed.map((names, index) => [index + 1, compared(own[index]!), compared(names.split(':'))] as const);
  const differ = rows.filter(([, mine, theirs]) => mine !== theirs);
  const own1433 = ['tls:tds', 'tls:tds', 'tls:tds', 'tls:tds', 'tls', 'tls'].map((path) => `eth:ip:tcp:${path}`);
  expect(differ.map(([number, mine]) => [number, mine])).toEqual(
    [199, 424].flatMap((first) => own1433.map((path, index) => [first + index, path])),
  );
});
test('close_notify ends a response that goes on until then', async () => {
  const rows = await sectionsOf('tls-close', openHttp(OPTIONS));
  const whole = { uri: '/closing', status: 200, reason: 'OK', response_bytes: 53 };
  expect(rows).toEqual([expect.objectContaining(whole), expect.objectContaining(whole)]);
});
test('every ClientHello that tshark finds is a session, one inside another too, and each request has its answer', async () => {
  const hellos = (await sectionsOf('tls-streams', openTls(OPTIONS))) as TlsSessionRow[];
  const own = hellos.map(({ packet, stream }) => `${packet}\t${stream}`);
  expect(own.length).toBe(15);
  const rows = (await sectionsOf('tls-streams', openHttp(OPTIONS))) as HttpRequestRow[];
  const answered = rows.filter(({ stream, status }) => stream! > 0 && stream! < 10 && status !== null);
  expect(answered.map(({ stream }) => stream)).toEqual([3, 4, 5, 6, 7, 8, 9, 9]);
  // two requests in a row, one answer: it is that of the first (RFC 9112, 9.3.2)
  const tenth = rows.filter(({ stream }) => stream === 10);
  expect(tenth.map(({ uri, status }) => [uri, status])).toEqual([
    ['/before', 200],
    ['/after', null],
  ]);
  if (toolIsMissing('tshark')) return;
  const fields = ['tls.handshake.type', 'http.request_in', 'frame.number', 'tcp.stream'];
  const filter = 'tls.handshake.type==1 || (http.request_in && tcp.stream < 10)';
  const said = tsharkOf('tls-streams', ['-Y', filter, ...fields.flatMap((field) => ['-e', field])]);
  const lines = said.map((line) => line.split('\t'));
  expect(own).toEqual(lines.filter(([types]) => types === '1').map((line) => line.slice(2).join('\t')));
  const paired = lines.filter(([, request]) => request !== '').map((line) => Number(line[3]));
  expect(paired).toEqual(answered.map(({ stream }) => stream));
});
