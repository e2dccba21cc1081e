import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../../../src/core/capture/open-capture-reader.ts';
import { SessionSecrets } from '../../../../../src/core/keylog/session-secrets.ts';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../../src/core/wire/packet.ts';
import { infoOf, protocolOf, topLayer } from '../../../../../src/core/wire/packet-text.ts';
import { sourceOf } from '../../../../support/captures.ts';

const folder = new URL('../../../../captures/', import.meta.url);

/** Protocol and summary of every packet of tls-streams, by number. */
async function summaries(hasKeys: boolean): Promise<ReadonlyMap<number, readonly [string | undefined, string]>> {
  const secrets = new SessionSecrets();
  if (hasKeys) secrets.addWhole(readFileSync(new URL('tls-streams.keys', folder)));
  const reader = await openCaptureReader(sourceOf(readFileSync(new URL('tls-streams.pcap', folder))), 65_536);
  const dissector = new Dissector(REGISTRY, { secrets });
  const packet = new Packet();
  const found = new Map<number, readonly [string | undefined, string]>();
  while (await reader.fill()) {
    while (reader.next(packet)) {
      dissector.dissect(packet);
      found.set(packet.number, [protocolOf(packet, topLayer(packet))?.title, infoOf(packet)]);
    }
  }
  return found;
}

const CLOSED = 'Alert (Level: Warning, Description: Close Notify)';
const SERVER_FLIGHT = 'Encrypted Extensions, Certificate, Certificate Verify, Finished';

/** As tshark has it with the key log. */
test.each([
  [6, 'TLS', `Server Hello, Change Cipher Spec, ${SERVER_FLIGHT}`],
  [8, 'TLS', 'Change Cipher Spec, Finished'],
  [15, 'TLS', CLOSED],
  [30, 'DNS', 'Standard query response 0xabcd A secret.example A 192.0.2.7'],
  [47, 'TLS', 'Client Key Exchange, Change Cipher Spec, Finished'],
  [48, 'TLS', 'New Session Ticket, Change Cipher Spec, Finished'],
  [50, 'SMTP', 'S: 250 fine'],
  [55, 'TLS', CLOSED],
  [70, 'WebSocket', 'WebSocket Text [FIN]'],
  [144, 'TLS', `Server Hello, ${SERVER_FLIGHT}`],
  [182, 'TLS', 'New Session Ticket'],
  [187, 'TLS', 'Key Update'],
  [226, 'TLS', 'End of Early Data, Finished'],
])('packet %i is %s: %s', async (number, protocol, info) => {
  expect((await summaries(true)).get(number)).toEqual([protocol, info]);
});

test('without keys a record is what its header says', async () => {
  const found = await summaries(false);
  expect(found.get(8)?.[1]).toBe('Change Cipher Spec, Application Data');
  expect(found.get(47)?.[1]).toBe('Client Key Exchange, Change Cipher Spec, Encrypted Handshake Message');
  expect(found.get(55)?.[1]).toBe('Encrypted Alert');
});
