import { usageError } from '../../core/failure.ts';
import { section } from '../../core/record/table.ts';
import { connHistory, HISTORY_KEYS } from '../../core/record/tables/conn-history.ts';
import { type Command, type ListingCommand, listing } from '../listing/command.ts';
import { SNAPSHOTS } from '../listing/run.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';
import { choice, text } from '../options/option.ts';
import { REDACTED_RECORDS, redactOptions } from '../options/redact-options.ts';
import { expectOptionsOf } from '../options/shared-options.ts';
import { readSince } from '../options/since.ts';
import { recordFileRun } from './record-export.ts';
import { recordFileOptions } from './record-file-options.ts';

const options = {
  by: choice('Sum up by this key; the default is process.', HISTORY_KEYS),
  since: text(
    'Only what happened since TIME: a length of time before now (24h, 7d), or a time (2026-01-02, 2026-01-02T03:00).',
    { value: 'TIME' },
  ),
  ...redactOptions,
  ...expectOptionsOf({ expect: 'none(key == nc)', failOn: 'opened > 10000' }),
  ...recordFileOptions,
};

/** `netwatch export history FILE`: what conns --events --append gathered, summed up. */
export const exportHistory: Command = listing({
  name: 'export history',
  about: 'a history of connections, summed up by process, remote or hour',
  details: [
    'Sums up what netwatch conns --events --append FILE saved in FILE and in FILE.1 (or FILE.1.gz): how many connections opened and closed, with how many remotes, and what those that closed had moved, as far as somebody counted. Sockets that listen are among those that open and close.',
    'FILE may be compressed with gzip or, where node has it, with Zstandard; - is stdin, for several files one after the other. When compressed data is cut short, what there is of it is summed up, and that is told on stderr; when it is damaged, nothing is (65).',
    'Hours are by the clock, in UTC; the first one is cut by --since. Rows by process and by remote begin with those that opened most.',
    'A line that holds no record, a last line that is cut short, and records of another kind or of a later version are skipped and told on stderr.',
    REDACTED_RECORDS,
    'With -w the sums go to a new file, in the format that its name says.',
  ],
  operands: 'FILE',
  operandChoices: [],
  options,
  formats: [...USUAL_FORMATS, MARKDOWN],
  tables: [connHistory],
  examples: [
    { line: 'netwatch export history conns.ndjson --by remote --since 7d', about: 'whom this machine talked to' },
    { line: 'netwatch export history conns.ndjson --by hour -o markdown', about: 'hour by hour, for a report' },
    {
      line: 'zcat -f conns.ndjson.2.gz conns.ndjson.1 conns.ndjson | netwatch export history -',
      about: 'several files, as logrotate makes them',
    },
    { line: "netwatch export history conns.ndjson --expect 'none(key == nc)'", about: 'a check for cron' },
  ],
  tableOf: () => connHistory,
  runOf: (values) => recordFileRun(exportHistory as ListingCommand, values, values) ?? SNAPSHOTS,
  run: async function* (context, { by, since }, operands, { ticks, reportGap }) {
    const [file, ...more] = operands;
    if (file === undefined || more.length > 0)
      throw usageError(`export history reads one file, not ${operands.length}`, {
        hint: 'netwatch export history FILE',
      });
    const start = since === null ? null : readSince(since, context.clock.now());
    const { sumUpHistory } = await import('./sum-up-history.ts');
    const history = await sumUpHistory(context, file, by ?? 'process', start);
    for await (const _ of ticks) yield [section(connHistory, history.rows())];
    if (history.left > 0)
      await reportGap({ what: 'event', iface: null, dropped: history.left, reason: GROUPS, fate: 'left out' });
  },
});

const GROUPS = 'there were too many groups to keep all of them';
