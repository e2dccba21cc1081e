import { expect, test } from 'vitest';
import { dhcpConflict } from '../../../../src/core/insight/rules/dhcp-conflict.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { type Octets, octets, u32, zeros } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { dissectFrame } from '../../../support/wire.ts';

const OFFER = 2;
const DECLINE = 4;
const ACK = 5;
const NAK = 6;

interface Given {
  readonly type?: number;
  readonly server?: number;
  readonly router?: number;
  readonly transaction?: number;
  readonly client?: Octets;
}

/** A message about 10.0.0.77: from server 10.0.0.`server`, with router 10.0.0.`router`, in 10.0.0.0/24. */
function message({
  type = OFFER,
  server = 2,
  router = 1,
  transaction = 7,
  client = octets('020000000001'),
}: Given): Uint8Array {
  const isOffer = type === OFFER || type === ACK;
  const options = [
    ...[53, 1, type, 54, 4, 10, 0, 0, server],
    ...(isOffer ? [1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 0, router, 6, 4, 10, 0, 0, 1] : [50, 4, 10, 0, 0, 77]),
    255,
  ];
  const given = isOffer ? [10, 0, 0, 77] : zeros(4);
  const header = [
    isOffer ? 2 : 1,
    1,
    6,
    0,
    ...u32(transaction),
    ...zeros(8),
    ...given,
    ...zeros(8),
    ...client,
    ...zeros(202),
  ];
  const ends = isOffer || type === NAK ? { srcPort: 67, dstPort: 68 } : { srcPort: 68, dstPort: 67 };
  return udpFrame({ ...ends, from: [10, 0, 0, server] }, [...header, ...octets('63825363'), ...options]);
}
const told = async (given: readonly Given[], thresholds: readonly string[] = []) =>
  (await findingsOf('dhcp_conflict', given.map(message), thresholds)).map(
    ({ severity, confidence, subject }) => `${severity} ${confidence} ${subject}`,
  );

test('two servers offer different routers', async () => {
  expect(await findingsOf('dhcp_conflict', [message({}), message({ server: 3, router: 3 })])).toEqual([
    {
      time: '2025-01-01T00:00:00.001000Z',
      rule: 'dhcp_conflict',
      severity: 'warn',
      confidence: 'high',
      summary: 'DHCP servers 10.0.0.2 and 10.0.0.3 made 02:00:00:00:00:01 offers that contradict each other',
      evidence: [
        'packet number=1 server=10.0.0.2 offers=10.0.0.77 router=10.0.0.1 dns_server=10.0.0.1',
        'packet number=2 server=10.0.0.3 offers=10.0.0.77 router=10.0.0.3 dns_server=10.0.0.1',
      ],
      since: '2025-01-01T00:00:00.001000Z',
      advice: dhcpConflict.advice,
      subject: '10.0.0.2 10.0.0.3',
      source: 'rules',
    },
  ]);
});

const MAC = '02:00:00:00:00:01';
test.each([
  ['two servers that agree', [{}, { server: 3 }], ['note low 10.0.0.2 10.0.0.3']],
  ['one server that offers twice', [{}, { router: 3 }], []],
  ['offers that answer other requests', [{}, { server: 3, router: 3, transaction: 8 }], []],
  ['acknowledgements', [{ type: ACK }, { type: ACK, server: 3, router: 3 }], []],
  ['an address that is declined', [{ type: DECLINE }], [`warn high ${MAC}`]],
  ['two NAKs', [{ type: NAK }, { type: NAK }], []],
  ['three NAKs', [{ type: NAK }, { type: NAK }, { type: NAK }], [`warn medium ${MAC}`]],
] as const)('%s', async (_, given, expected) => {
  expect(await told(given)).toEqual(expected);
});

test('thresholds may be set', async () => {
  expect(await told([{ type: DECLINE }], ['dhcp_conflict.declines=2'])).toEqual([]);
  expect(await told([{ type: NAK }, { type: NAK }], ['dhcp_conflict.naks=2'])).toEqual([`warn medium ${MAC}`]);
});

test('clients are bounded', () => {
  const { packet: take, findings } = opened(dhcpConflict);
  const dissector = new Dissector(REGISTRY);
  for (let client = 0; client < 5000; client++) {
    const mac = [2, 0, 0, 0, client >> 8, client & 255];
    take!(dissectFrame(message({ type: DECLINE, client: mac }), 1, dissector), 0);
  }
  expect([...findings(0)]).toHaveLength(4096);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(dhcpConflict, [message({}), message({ server: 3, router: 3 })], 0, 590, 601)).toEqual([1, 1, 0]);
});
