import type { Target } from './target.ts';
import { argv } from './targets/argv.ts';
import { decode } from './targets/decode.ts';
import { dissect } from './targets/dissect.ts';
import { filter } from './targets/filter.ts';
import { follow } from './targets/follow.ts';
import { formats } from './targets/formats.ts';
import { keys } from './targets/keys.ts';
import { machine } from './targets/machine.ts';
import { parsers } from './targets/parsers.ts';
import { readers } from './targets/readers.ts';
import { records } from './targets/records.ts';
import { redact } from './targets/redact.ts';
import { settings } from './targets/settings.ts';
import { snapshots } from './targets/snapshots.ts';
import { stats } from './targets/stats.ts';

/** Everything that is fuzzed. */
export const TARGETS: readonly Target[] = [
  dissect,
  decode,
  stats,
  formats,
  follow,
  keys,
  readers,
  filter,
  machine,
  parsers,
  records,
  snapshots,
  redact,
  settings,
  argv,
];
