import { expect, test } from 'vitest';
import { parseSwVers } from '../../../src/platform/macos/sw-vers.ts';
import { BROKEN, outputOf } from './fixture.ts';

test('name and version are those of the system, also of old ones', () => {
  expect(parseSwVers(outputOf('sw_vers'))).toBe('macOS 14.5');
  expect(parseSwVers('ProductName: Mac OS X\nProductVersion: 10.15.7\n')).toBe('Mac OS X 10.15.7');
});

test('cut short, no half a version', () => {
  expect(parseSwVers(outputOf('sw_vers', BROKEN))).toBe('macOS');
  expect(parseSwVers('ProductName: macOS\nProductVersion: 14.')).toBe('macOS');
  expect(parseSwVers('')).toBe('macOS');
});
