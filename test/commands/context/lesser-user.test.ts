import { afterEach, expect, test, vi } from 'vitest';
import {
  callerOf,
  callerWithGroups,
  lesserUser,
  lesserUserWithGroups,
} from '../../../src/commands/context/lesser-user.ts';

afterEach(() => vi.restoreAllMocks());
const as = (uid: number): void => void vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(uid);
const NOBODY = { uid: 65_534, gid: 65_534 };

test.each([
  ['1000', '100', { uid: 1000, gid: 100 }],
  ['1000', '0', { uid: 1000, gid: 0 }],
  ['4294967294', '4294967294', { uid: 4_294_967_294, gid: 4_294_967_294 }],
  ['0', '100', null],
  ['4294967295', '100', null],
  ['1000', '4294967295', null],
  ['1000', undefined, null],
  [undefined, '100', null],
  ['', '100', null],
  ['1000x', '100', null],
  ['-1', '100', null],
  ['00000001000', '100', null],
])('sudo by %j of group %j', (SUDO_UID, SUDO_GID, caller) => {
  as(0);
  const env = { SUDO_UID, SUDO_GID };
  expect(callerOf(env)).toEqual(caller);
  expect(lesserUser(env)).toEqual(caller ?? NOBODY);
  if (caller === null) {
    expect(callerWithGroups(env)).toBe(null);
    expect(lesserUserWithGroups(env)).toEqual(NOBODY);
  } else {
    // which groups it has is up to the machine
    expect(callerWithGroups(env)?.uid).toBe(caller.uid);
    expect(lesserUserWithGroups(env)?.uid).toBe(caller.uid);
  }
});

test('who is not root has nothing to give up', () => {
  as(1000);
  const env = { SUDO_UID: '1000', SUDO_GID: '100' };
  expect([callerOf(env), lesserUser(env), callerWithGroups(env), lesserUserWithGroups(env)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
