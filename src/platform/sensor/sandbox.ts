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
    const readable = (): string[] => [...statisticsOf(order), ...(order.refilters ? namesFiles() : [])];
    const missing = order.system === 'linux' ? confine(order.user, readable()) : leaveUser(order);
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

/** What libpcap reads, by way of the C library, for names in a filter: of ports, protocols, networks, cards and hosts. */
const NAMES = ['services', 'protocols', 'networks', 'ethers', 'hosts', 'host.conf', 'nsswitch.conf', 'resolv.conf'];

function namesFiles(): string[] {
  return NAMES.map((name) => `/etc/${name}`).filter((file) => fs.existsSync(file));
}

function leaveUser({ user, system }: SensorOrder): string[] {
  dropUser(user);
  return [`${system} has neither no_new_privs nor Landlock`];
}
