import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../../src/core/capture/open-capture-reader.ts';
import { SessionSecrets } from '../../../../src/core/keylog/session-secrets.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../src/core/wire/packet.ts';
import { sourceOf } from '../../../support/captures.ts';

const folder = new URL('../../../captures/', import.meta.url);

/** How many packets have each path of layers behind tls, as `tshark -q -z io,phs` with the key log counts them. */
async function insideTls(name: string, keys: Uint8Array | null): Promise<Record<string, number>> {
  const secrets = keys === null ? null : new SessionSecrets();
  secrets?.addWhole(keys!);
  const reader = await openCaptureReader(sourceOf(readFileSync(new URL(`${name}.pcap`, folder))), 65_536);
  const dissector = new Dissector(REGISTRY, { secrets });
  const packet = new Packet();
  const counts: Record<string, number> = {};
  while (await reader.fill()) {
    while (reader.next(packet)) count();
  }
  return counts;

  function count(): void {
    dissector.dissect(packet);
    const layers = [...packet.layerProtocol.subarray(0, packet.layerCount)].map((id) => REGISTRY.byId[id]!.name);
    const inside = layers.slice(layers.indexOf('tls') + 1).join(':');
    if (layers.includes('tls') && inside !== '') counts[inside] = (counts[inside] ?? 0) + 1;
  }
}

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
