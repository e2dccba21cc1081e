import { capture } from './capture.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { conns } from './conns.ts';
import { doctor } from './doctor.ts';
import { exportCommand } from './export.ts';
import { fields } from './fields.ts';
import { follow } from './follow.ts';
import { ifaces } from './ifaces.ts';
import { probe } from './probe.ts';
import { schema } from './schema.ts';
import { stats } from './stats.ts';

/** Every command, in the order help lists them. A new one is a file beside this and a line here. */
export const COMMANDS: readonly Command[] = [
  conns,
  ifaces,
  capture,
  follow,
  stats,
  probe,
  exportCommand,
  fields,
  schema,
  completion,
  doctor,
];

/** What netwatch does without a command. */
export const DEFAULT_COMMAND: Command = conns;
