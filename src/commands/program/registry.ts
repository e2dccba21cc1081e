import { completion } from '../about/completion.ts';
import { configOf } from '../about/config.ts';
import { doctor } from '../about/doctor.ts';
import { fields } from '../about/fields.ts';
import { schema } from '../about/schema.ts';
import { capture } from '../capture/capture.ts';
import { conns } from '../conns/conns.ts';
import { exportOf } from '../export/export.ts';
import { exportEvents } from '../export/export-events.ts';
import { exportPackets } from '../export/export-packets.ts';
import { follow } from '../follow/follow.ts';
import { ifaces } from '../ifaces/ifaces.ts';
import { insights } from '../insights/insights.ts';
import type { Command } from '../listing/command.ts';
import { probe } from '../probe/probe.ts';
import { stats } from '../stats/stats.ts';
import { watch } from '../watch/watch.ts';
import { whois } from '../whois/whois.ts';

/** Every command, in the order in which help lists them. To add one, write its file and add a line here. */
export const COMMANDS: readonly Command[] = [
  conns,
  ifaces,
  capture,
  follow,
  stats,
  probe,
  exportOf(() => COMMANDS),
  exportPackets,
  exportEvents,
  insights,
  watch,
  whois,
  fields,
  schema,
  completion,
  doctor,
  configOf(() => COMMANDS),
];

/** What netwatch does without a command. */
export const DEFAULT_COMMAND: Command = conns;
