import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openReverseDns } from '../../../src/platform/machine/reverse-dns.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

interface Asked {
  readonly address: string;
  answer(names: string[]): void;
  fail(): void;
}
let asked: Asked[];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  asked = [];
  vi.spyOn(Resolver.prototype, 'reverse').mockImplementation(
    (address) =>
      new Promise((resolve, reject) => {
        asked.push({ address, answer: resolve, fail: () => reject(new Error('ENOTFOUND')) });
      }),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('an address is asked for once, and its first name is known from then on', async () => {
  const dns = await openReverseDns(virtualClock());
  expect([dns.hostOf('192.0.2.1'), dns.hostOf('192.0.2.1'), dns.hostOf('192.0.2.2')]).toEqual([null, null, null]);
  asked[0]!.answer(['one.example', 'other.example']);
  asked[1]!.fail();
  await turn();
  expect([dns.hostOf('192.0.2.1'), dns.hostOf('192.0.2.2')]).toEqual(['one.example', null]);
  dns.hostOf('192.0.2.3');
  asked[2]!.answer([]);
  await turn();
  expect(dns.hostOf('192.0.2.3')).toBeNull();
  expect(asked.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  dns.close();
});

test('sixteen at once, and 10,000 wait; others may come again', async () => {
  const dns = await openReverseDns(virtualClock());
  const address = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  for (let n = 0; n < 16 + 10_000; n++) dns.hostOf(address(n));
  expect(asked).toHaveLength(16);
  dns.hostOf('192.0.2.1');
  asked[0]!.answer(['zero.example']);
  await turn();
  expect(asked).toHaveLength(17);
  dns.hostOf('192.0.2.1');
  const addresses = () => new Set(asked.map(({ address: of }) => of));
  for (let n = 1; n < asked.length; n++) {
    asked[n]!.fail();
    if (n % 16 === 0 || n === asked.length - 1) await turn();
  }
  // one that found no room is asked for when it comes again
  expect([asked.length, addresses().size, addresses().has('192.0.2.1')]).toEqual([10_017, 10_017, true]);
  dns.close();
});

test('whoever settles waits until all is answered, or for so long', async () => {
  const clock = virtualClock();
  const dns = await openReverseDns(clock);
  await dns.settle(1000);
  expect(clock.timers()).toBe(0);
  dns.hostOf('192.0.2.1');
  dns.hostOf('192.0.2.2');
  let isSettled = false;
  const settle = (): Promise<void> => {
    isSettled = false;
    return dns.settle(1000).then(() => {
      isSettled = true;
    });
  };
  const first = settle();
  asked[0]!.answer(['one.example']);
  await clock.pass(999);
  expect(isSettled).toBe(false);
  await clock.pass(1);
  await first;
  const second = settle();
  asked[1]!.fail();
  await second;
  expect(clock.timers()).toBe(0);
  dns.close();
});
