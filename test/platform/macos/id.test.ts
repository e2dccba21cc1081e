import { expect, test } from 'vitest';
import { parseIdentity } from '../../../src/platform/macos/id.ts';
import { BROKEN, outputOf } from './fixture.ts';

test('an ordinary user is not root, and has groups by name', () => {
  const groups = ['staff', 'everyone', 'localaccounts', 'admin'];
  expect(parseIdentity(outputOf('id'))).toEqual({ isRoot: false, groups });
});

test('uid 0 is root', () => {
  expect(parseIdentity('uid=0(root) gid=0(wheel) groups=0(wheel),1(daemon)\n').isRoot).toBe(true);
});

test('output that is cut short makes nobody root', () => {
  expect(parseIdentity(outputOf('id', BROKEN)).isRoot).toBe(false);
  expect(parseIdentity('')).toEqual({ isRoot: false, groups: [] });
});
