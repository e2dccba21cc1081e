import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InterfaceClock } from '../../../src/core/capture/interface-clock.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });

test.each([1n, 1000n, 1_000_000n, 1_000_000_000n])('%i units in a second are read exactly', (perSecond) => {
  const clock = new InterfaceClock(perSecond, 0);
  const check = (high: number, low: number): void => {
    clock.set(high, low);
    const units = (BigInt(high) << 32n) | BigInt(low);
    const nanoseconds = ((units % perSecond) * 1_000_000_000n) / perSecond;
    expect([clock.seconds, clock.nanoseconds]).toEqual([Number(units / perSecond), Number(nanoseconds)]);
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 0x1fffff }), word, check), { numRuns: 2000 });
});

test.each([10n ** 12n, 2n ** 20n, 2n ** 63n, 10n ** 127n, 2n ** 127n])(
  '%i units: at most 1 ns off, and below a second',
  (perSecond) => {
    const clock = new InterfaceClock(perSecond, 0);
    const check = (high: number, low: number): void => {
      clock.set(high, low);
      const units = (BigInt(high) << 32n) | BigInt(low);
      const exact = (units * 1_000_000_000n) / perSecond;
      const read = BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanoseconds);
      expect(Number(read - exact)).toBeGreaterThanOrEqual(-1);
      expect(Number(read - exact)).toBeLessThanOrEqual(1);
      expect(clock.nanoseconds).toBeLessThan(1_000_000_000);
      expect(Number.isInteger(clock.nanoseconds)).toBe(true);
    };
    fc.assert(fc.property(word, word, check), { numRuns: 500 });
  },
);

test('the offset of an interface is added in seconds', () => {
  const clock = new InterfaceClock(1_000_000n, -3600);
  clock.set(0, 2_500_000);
  expect([clock.seconds, clock.nanoseconds]).toEqual([-3598, 500_000_000]);
});
