import { EXIT, Failure } from '../../core/failure.ts';
import type { SandboxMode } from '../../core/system/sensor.ts';
import type { Context } from '../context/context.ts';
import { lesserUserWithGroups } from '../context/lesser-user.ts';

/**
 * Gives up the privileges of this process before it looks at the first byte of an open file or of an answer: root becomes the
 * user who called sudo, or else nobody, without capabilities in any thread. `strict` reads nothing unless all of that is given
 * up; `off` keeps everything. Open or create beforehand what needs the privileges, and load what would be loaded later,
 * because that user may not be able to. `deed` begins the line that says what could not be given up. Rejects with a Failure 77
 * when strict is impossible.
 */
export async function shedPrivileges(
  context: Context,
  sandbox: SandboxMode = 'on',
  deed = 'the file is read',
): Promise<void> {
  if (sandbox === 'off' || !context.isPrivileged()) return;
  const platform = await context.openPlatform({ root: null, netns: null });
  const stays = [...platform.shedPrivileges(lesserUserWithGroups(context.env))];
  // a user namespace may have nobody else: root of it is then who made it, which will do unless more is demanded
  if (stays.length === 0 && sandbox === 'strict' && context.isPrivileged()) {
    stays.push('root stays root, because this user namespace has no other user');
  }
  if (stays.length === 0) return;
  if (sandbox === 'strict') {
    throw new Failure(EXIT.noPermission, `--sandbox strict: ${stays.join('; ')}`, {
      hint: '--sandbox on gives up what this system allows',
    });
  }
  context.say(`${deed} with more rights than needed: ${stays.join('; ')}`);
}
