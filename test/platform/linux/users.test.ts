import { expect, test } from 'vitest';
import { parsePasswd, readUsers } from '../../../src/platform/linux/users.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

test('the first name of a uid counts', () => {
  const users = readUsers(den);
  expect([0, 111, 1000, 65534, 7].map((uid) => users.get(uid))).toEqual([
    'root',
    'postgres',
    'anna',
    'nobody',
    undefined,
  ]);
});

test('skips broken lines', () => {
  expect([...readUsers(brokenDen)]).toEqual([
    [0, 'root'],
    [1000, 'anna'],
  ]);
});

test('a last line may lack its newline, as people edit the file', () => {
  expect([...parsePasswd('a:x:1:1::/:\nb:x:2:2::/:')]).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
});

test('without the file, nobody has a name', () => expect(readUsers(folderMachine({})).size).toBe(0));

test('a cut never gives a name to another uid', () => {
  const text = den.read('/etc/passwd');
  const whole = parsePasswd(text);
  for (let end = 0; end < text.length; end++) {
    for (const [uid, name] of parsePasswd(text.slice(0, end))) expect(name).toBe(whole.get(uid));
  }
});
