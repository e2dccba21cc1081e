import fs from 'node:fs';
import { messageOf } from '../../core/failure.ts';
import { confine } from '../linux/confine.ts';
import { dropUser } from '../machine/drop-user.ts';
import type { SensorOrder } from './messages.ts';

/** Why the sensor does not capture, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/**
 * Gives up user, capabilities and files, as the order says. Null when that was done, or as much of it as was asked.
 * Privileges that cannot be given up are a reason to refuse in both modes; missing Landlock only in strict.
 */
export function enterSandbox(order: SensorOrder): Refusal | null {
  if (order.sandbox === 'off') return null;
  try {
    const missing = order.system === 'linux' ? confine(order.user, statisticsOf(order)) : leaveUser(order);
    if (order.sandbox !== 'strict' || missing.length === 0) return null;
    return {
      message: `--sandbox strict: ${missing.join('; ')}`,
      hint: '--sandbox on gives up what this system allows',
    };
  } catch (error) {
    return {
      message: `the capturing process cannot give up its privileges: ${messageOf(error)}`,
      hint: '--sandbox off keeps them',
    };
  }
}

/** The files that libpcap reads when it is asked what an interface dropped. */
function statisticsOf({ devices }: SensorOrder): string[] {
  return devices.map((name) => `/sys/class/net/${name}/statistics`).filter((folder) => fs.existsSync(folder));
}

function leaveUser({ user, system }: SensorOrder): string[] {
  dropUser(user);
  return [`${system} has neither no_new_privs nor Landlock`];
}
