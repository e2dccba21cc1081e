import { expect, test } from 'vitest';
import { routerConflict } from '../../../../src/core/insight/rules/router-conflict.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ethernet, octets, u16, u32 } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { dissectFrame } from '../../../support/wire.ts';

interface Given {
  readonly router: number;
  readonly prefix: number;
  readonly lifetime?: number;
  readonly flags?: number;
}

/** An advertisement of router fe80::`router` for 2001:db8:0:`prefix`::/64. */
function advertisement({ router, prefix, lifetime = 1800, flags = 0xc0 }: Given): Uint8Array {
  const option = [
    3,
    4,
    64,
    flags,
    ...u32(86_400),
    ...u32(14_400),
    ...u32(0),
    ...octets('20010db80000'),
    ...u16(prefix),
  ];
  const body = [134, 0, 0, 0, 64, 0, ...u16(lifetime), ...u32(0), ...u32(0), ...option, ...octets('0000000000000000')];
  const from = [...octets('fe800000000000000000000000'), 0, ...u16(router)];
  const header = [0x60, 0, 0, 0, ...u16(body.length), 58, 255, ...from, ...octets('ff020000000000000000000000000001')];
  return Uint8Array.from(ethernet(0x86dd, [...header, ...body]));
}

test('two routers with different networks', async () => {
  const frames = [advertisement({ router: 1, prefix: 1 }), advertisement({ router: 2, prefix: 2 })];
  expect(await findingsOf('router_conflict', frames)).toEqual([
    {
      time: '2025-01-01T00:00:00.001000Z',
      rule: 'router_conflict',
      severity: 'note',
      confidence: 'low',
      summary: '2 IPv6 routers advertise different networks: fe80::1 2001:db8:0:1::/64, fe80::2 2001:db8:0:2::/64',
      evidence: [
        'packet number=1 router=fe80::1 prefix=2001:db8:0:1::/64',
        'packet number=2 router=fe80::2 prefix=2001:db8:0:2::/64',
      ],
      since: '2025-01-01T00:00:00.001000Z',
      advice: routerConflict.advice,
      subject: 'fe80::1 fe80::2',
      source: 'rules',
    },
  ]);
});

const ONE: Given = { router: 1, prefix: 1 };
test.each([
  ['the same network', [ONE, { router: 2, prefix: 1 }]],
  ['one router with two networks', [ONE, { router: 1, prefix: 2 }]],
  ['no default router', [ONE, { router: 2, prefix: 2, lifetime: 0 }]],
  ['no addresses to be made', [ONE, { router: 2, prefix: 2, flags: 0x80 }]],
] as const)('%s', async (_, given) => {
  expect(await findingsOf('router_conflict', given.map(advertisement))).toEqual([]);
});

test('a threshold may be set', async () => {
  const frames = [advertisement(ONE), advertisement({ router: 2, prefix: 2 })];
  expect(await findingsOf('router_conflict', frames, ['router_conflict.routers=3'])).toEqual([]);
});

test('routers are bounded', () => {
  const { packet: take, findings } = opened(routerConflict);
  const dissector = new Dissector(REGISTRY);
  for (let router = 1; router < 100; router++) {
    take!(dissectFrame(advertisement({ router, prefix: router }), 1, dissector), 0);
  }
  expect([...findings(0)].map(({ summary }) => summary.slice(0, 10))).toEqual(['64 IPv6 ro']);
});

test('in a live run a router is gone after its lifetime, and not before ten minutes', () => {
  const both = (lifetime: number) => [
    advertisement({ router: 1, prefix: 1, lifetime }),
    advertisement({ router: 2, prefix: 2, lifetime }),
  ];
  expect(countsLater(routerConflict, both(1800), 0, 1799, 1801)).toEqual([1, 1, 0]);
  expect(countsLater(routerConflict, both(30), 590, 601)).toEqual([1, 0]);
});
