import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../../src/core/capture/open-capture-reader.ts';
import { SessionSecrets } from '../../../../src/core/keylog/session-secrets.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../src/core/wire/packet.ts';
import { sourceOf } from '../../../support/captures.ts';
import { runTool, toolIsMissing } from '../../../support/tool.ts';

const folder = new URL('../../../captures/', import.meta.url);

/** The names of the layers of every packet. */
async function layersOf(name: string, keys: Uint8Array | null): Promise<string[][]> {
  const secrets = keys === null ? null : new SessionSecrets();
  secrets?.addWhole(keys!);
  const reader = await openCaptureReader(sourceOf(readFileSync(new URL(`${name}.pcap`, folder))), 65_536);
  const dissector = new Dissector(REGISTRY, { secrets });
  const packet = new Packet();
  const found: string[][] = [];
  while (await reader.fill()) {
    while (reader.next(packet)) {
      dissector.dissect(packet);
      if (dissector.faults.firstError !== null) throw dissector.faults.firstError;
      found.push([...packet.layerProtocol.subarray(0, packet.layerCount)].map((id) => REGISTRY.byId[id]!.name));
    }
  }
  return found;
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

/** The layers that both programs name: one for each protocol, however many messages it has. */
const compared = (names: readonly string[]): string =>
  names
    .filter((name) => REGISTRY.byName.has(name) && !/segments$|^data/.test(name))
    .filter((name, index, all) => name !== all[index - 1])
    .join(':');

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
