import type { Host } from '../../core/system/host.ts';
import { eachWholeLine } from './text-lines.ts';

const MAX_USERS = 65_536;
const LINE = /^([^:\s]{1,256}):[^:]*:(\d{1,10}):/;

/**
 * User names by id from /etc/passwd (passwd(5)), the first name of an id. Users that only the name service switch knows
 * (LDAP, systemd-homed) are not there and stay numbers: asking for those can block on a network.
 */
export function readUsers(host: Host): ReadonlyMap<number, string> {
  return parsePasswd(host.readIfAny('/etc/passwd') ?? '');
}

/** Lines that make no sense are skipped. */
export function parsePasswd(text: string): Map<number, string> {
  const users = new Map<number, string>();
  // unlike the kernel's files, one that people edit may end without a newline
  eachWholeLine(`${text}\n`, (line) => {
    const match = LINE.exec(line);
    if (match === null || users.size >= MAX_USERS) return;
    const uid = Number(match[2]);
    if (!users.has(uid)) users.set(uid, match[1]!);
  });
  return users;
}
