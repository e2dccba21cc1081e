import { expect, test } from 'vitest';
import { EXIT, type ExitStatus, Failure } from '../../../src/core/failure.ts';
import { explainMissing } from '../../../src/core/sample/missing-device.ts';

const platform = (...names: readonly string[]) => ({
  readInterfaces: async () => ({ rows: names.map((name) => ({ name })), limits: [] }) as never,
});
const failed = (exit: ExitStatus): Failure => new Failure(exit, 'as it was', { hint: 'netwatch ifaces' });

test.each<[ExitStatus, readonly string[], string, string]>([
  [EXIT.noInput, ['eth9'], 'no interface "eth9"', 'did you mean eth0?'],
  [EXIT.noInput, ['any', 'lo', 'eht0'], 'no interface "eht0"', 'did you mean eth0?'],
  [EXIT.noInput, ['nosuch0'], 'no interface "nosuch0"', 'netwatch ifaces lists them'],
  [EXIT.noPermission, ['eth0', 'lp'], 'no interface "lp"', 'did you mean lo?'],
])('%i of %j is a name that is no interface', async (exit, devices, message, hint) => {
  const cause = failed(exit);
  expect(await explainMissing(platform('lo', 'eth0'), devices, cause)).toMatchObject({
    exit: EXIT.noInput,
    message,
    hint,
    cause,
  });
});

test.each<[ExitStatus, readonly string[]]>([
  [EXIT.noPermission, ['nosuch0']], // it may be another name of an interface
  [EXIT.noPermission, ['eth0', 'any']],
  [EXIT.noInput, ['eth0']], // it came meanwhile
  [EXIT.noInput, ['any']],
  [EXIT.unavailable, ['eth9']],
  [EXIT.usage, ['eth9']],
])('%i of %j stays as it is', async (exit, devices) => {
  const error = failed(exit);
  expect(await explainMissing(platform('lo', 'eth0'), devices, error)).toBe(error);
});

test('a bug stays a bug, and interfaces that cannot be read suggest nothing', async () => {
  const bug = new TypeError('no property of null');
  expect(await explainMissing(platform('eth0'), ['eth9'], bug)).toBe(bug);
  const unread = {
    readInterfaces: async () => {
      throw new Error('EPERM');
    },
  };
  expect(await explainMissing(unread, ['eth9'], failed(EXIT.noInput))).toMatchObject({
    hint: 'netwatch ifaces lists them',
  });
  const denied = failed(EXIT.noPermission);
  expect(await explainMissing(unread, ['eth9'], denied)).toBe(denied);
});
