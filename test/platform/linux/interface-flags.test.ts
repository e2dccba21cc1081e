import { expect, test } from 'vitest';
import { flagNames } from '../../../src/platform/linux/interface-flags.ts';

test('names the bits in their order', () => {
  expect(flagNames(0x11043)).toEqual(['up', 'broadcast', 'running', 'multicast', 'lower_up']);
});

test('ignores bits without a name', () => expect(flagNames(0xfff8_0000)).toEqual([]));
