import fs from 'node:fs';
import { callOnEveryThread } from './every-thread.ts';
import { libc } from './libc.ts';

// include/uapi/linux/landlock.h; the numbers of the calls are the same on every processor
const LANDLOCK_CREATE_RULESET = 444;
const LANDLOCK_ADD_RULE = 445;
const LANDLOCK_RESTRICT_SELF = 446;
const CREATE_RULESET_VERSION = 1n;
const RULE_PATH_BENEATH = 1n;
/** Rights to files: to read them and list their folders; to write, cut, make and remove them, and give them new names. */
export const FILE_RIGHTS = { read: 0b1100n, write: 0b0100_0001_0010_0010n } as const;
/** Rights to files that each version of the interface brought: how many bits there are. */
const KNOWN_RIGHTS = [
  [5, 16],
  [3, 15],
  [2, 14],
  [1, 13],
] as const;
/** To bind and to connect TCP sockets, from version 4. */
const NETWORK_RIGHTS = 3n;
/** Abstract sockets and signals of processes outside, from version 6. */
const SCOPES = 3n;
const O_PATH = 0x20_0000;
/** What a rule for one file may name: to execute, write, read and cut it. */
const OF_A_FILE = 0b0100_0000_0000_0111n;

/** The version of Landlock that this kernel has; 0 for none, or one that is switched off. */
export function landlockVersion(): number {
  return Math.max(0, libc().syscall(LANDLOCK_CREATE_RULESET, 0n, 0n, CREATE_RULESET_VERSION, 0n));
}

/** What stays allowed to a file, or to all that lies below a folder. */
export interface FileRule {
  readonly file: string;
  readonly rights: bigint;
}

/**
 * Takes from every thread, for good, the right to open, make, remove or execute any file, to bind or connect TCP sockets
 * and to signal processes that are not so restricted, as far as the version has it. What is open stays usable, and so
 * does what the rules allow. Needs no_new_privs. Throws what the system says.
 */
export function restrictFiles(version: number, rules: readonly FileRule[], onEveryThread = callOnEveryThread): void {
  const c = libc();
  const bits = KNOWN_RIGHTS.find(([since]) => version >= since)?.[1] ?? 0;
  const attributes = Buffer.allocUnsafeSlow(24);
  const known = (1n << BigInt(bits)) - 1n;
  attributes.writeBigUInt64LE(known, 0);
  attributes.writeBigUInt64LE(NETWORK_RIGHTS, 8);
  attributes.writeBigUInt64LE(SCOPES, 16);
  const size = version >= 6 ? 24n : version >= 4 ? 16n : 8n;
  const ruleset = c.syscall(LANDLOCK_CREATE_RULESET, c.address(attributes), size, 0n, 0n);
  if (ruleset < 0) throw new Error(`landlock_create_ruleset: errno ${c.errno()}`);
  try {
    for (const { file, rights } of rules) allow(ruleset, file, rights & known);
    onEveryThread('landlock_restrict_self', LANDLOCK_RESTRICT_SELF, [BigInt(ruleset)]);
  } finally {
    c.close(ruleset);
  }
}

function allow(ruleset: number, file: string, rights: bigint): void {
  const c = libc();
  const fd = fs.openSync(file, O_PATH);
  try {
    const rule = Buffer.allocUnsafeSlow(12);
    rule.writeBigUInt64LE(isFolder(fd) ? rights : rights & OF_A_FILE, 0);
    rule.writeInt32LE(fd, 8);
    const added = c.syscall(LANDLOCK_ADD_RULE, BigInt(ruleset), RULE_PATH_BENEATH, c.address(rule), 0n);
    if (added < 0) throw new Error(`landlock_add_rule: errno ${c.errno()}`);
  } finally {
    fs.closeSync(fd);
  }
}

const isFolder = (fd: number): boolean => fs.fstatSync(fd).isDirectory();
