import { expect, test } from 'vitest';
import { parseSysctlKern } from '../../../src/platform/macos/sysctl-kern.ts';
import { BROKEN, outputOf } from './fixture.ts';

const SYSCTL = 'sysctl kern.hostname kern.osrelease kern.boottime';

test('host name, release and boot time', () => {
  const facts = { hostname: 'annas-air.local', release: '23.5.0', bootedAtS: 1_717_400_000.25 };
  expect(parseSysctlKern(outputOf(SYSCTL))).toEqual(facts);
});

test('cut short, what is missing is unknown', () => {
  expect(parseSysctlKern(outputOf(SYSCTL, BROKEN))).toMatchObject({ hostname: 'annas-air.local', bootedAtS: null });
  expect(parseSysctlKern('kern.hostname: \nkern.osrelease')).toEqual({
    hostname: null,
    release: null,
    bootedAtS: null,
  });
});
