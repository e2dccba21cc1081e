import type { Place } from '../../core/sample/surroundings.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { Context } from './context.ts';
import { lesserUser, lesserUserWithGroups } from './lesser-user.ts';

const HERE: PlatformOptions = { root: null, netns: null };

/** Where the samplers of a command sample: this machine, unless another is named. Rejects as `openPlatform` does. */
export async function placeOf(context: Context, options: PlatformOptions = HERE): Promise<Place> {
  const { clock, signal, say, warn, isVerbose, onStatusAsked, env } = context;
  return {
    ...{ clock, signal, say, warn, isVerbose, onStatusAsked },
    platform: await context.openPlatform(options),
    lesserUser: lesserUser(env),
    surrender: !context.isPrivileged()
      ? null
      : {
          user: lesserUserWithGroups(env),
          // what is only loaded when something is printed
          prepare: () => Promise.all([import('chalk'), import('cli-table3')]),
        },
  };
}
