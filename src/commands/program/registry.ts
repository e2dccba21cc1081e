import { completion } from '../about/completion.ts';
import { configOf } from '../about/config.ts';
import { doctor } from '../about/doctor.ts';
import { fields } from '../about/fields.ts';
import { schema } from '../about/schema.ts';
import { capture } from '../capture/capture.ts';
import { conns } from '../conns/conns.ts';
import { exportOf } from '../export/export.ts';
import { exportConns } from '../export/export-conns.ts';
import { exportDiff } from '../export/export-diff.ts';
import { exportEvents } from '../export/export-events.ts';
import { exportHistory } from '../export/export-history.ts';
import { exportMetrics } from '../export/export-metrics.ts';
import { exportPackets } from '../export/export-packets.ts';
import { exportSnapshot } from '../export/export-snapshot.ts';
import { exportStreams } from '../export/export-streams.ts';
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
  exportConns,
  exportStreams,
  exportSnapshot,
  exportDiff,
  exportHistory,
  exportEvents,
  exportMetrics,
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
