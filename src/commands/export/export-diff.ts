import { usageError } from '../../core/failure.ts';
import type { Expectation } from '../../core/filter/expectation.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { section } from '../../core/record/table.ts';
import { CHANGE_KINDS, type ChangeKind, change } from '../../core/record/tables/change.ts';
import { type Claim, type Command, listing } from '../listing/command.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';
import { words } from '../options/option.ts';
import { REDACTED_RECORDS, redactOptions } from '../options/redact-options.ts';

const options = {
  ignore: words('Leave out changes of these kinds.', { value: 'KIND,...', choices: CHANGE_KINDS }),
  ...redactOptions,
};

/** `netwatch export diff A B`: what changed between two snapshots. */
export const exportDiff: Command = listing({
  name: 'export diff',
  about: 'what changed between two snapshots',
  details: [
    'Compares two files of netwatch export snapshot, the earlier one first; - is stdin, compressed files are decompressed. One record for each change: listener (a socket that listens came, went, or is held by another process), remote (a process is connected with another remote; several connections to one port of a remote are one), route, dns_server, iface (an interface came or went), iface_fact (its MTU, addresses, state, hardware address and so on), neighbor (an address has another hardware address), counter (errors and drops of the kernel and of interfaces, by how much they grew) and host (name, system, kernel, a start). --ignore leaves kinds out; a filter chooses among the rest.',
    'A counter that began anew, since the machine was started or the interface made again, is reset: delta is what it has counted since. What is unknown in one of the snapshots is no change: a part that one of them does not have is named on stderr, and a remote or listener whose process was hidden from who took one of them is not taken for another one.',
    'direction of a remote is in where it connected to a socket that listens here, and out otherwise; port is the port that was connected to. Its key says both: tcp 192.0.2.7:443 was connected to from here, tcp 192.0.2.7 to port 22 connected to port 22 here.',
    'The exit status is 1 when something has changed that is printed, and 0 when nothing has. It is 65 for a file that is no snapshot, is cut short, or is of a later version.',
    REDACTED_RECORDS,
  ],
  operands: 'A B',
  operandChoices: [],
  options,
  formats: [...USUAL_FORMATS, MARKDOWN],
  tables: [change],
  examples: [
    { line: 'netwatch export diff monday.json friday.json', about: 'what changed in between' },
    {
      line: "netwatch export diff yesterday.json today.json -f 'what == remote and change == added'",
      about: 'new remotes since yesterday',
    },
    { line: 'netwatch export diff a.json b.json --ignore remote,counter', about: 'how the machine is set up' },
  ],
  tableOf: () => change,
  claim: () => NOTHING_CHANGED,
  run: async function* (context, { ignore }, operands, { ticks }) {
    const [a, b] = operandsOf(operands);
    const ignored = kindsNamed(ignore ?? []);
    const { readSnapshots } = await import('./read-snapshots.ts');
    const { compareSnapshots } = await import('../../core/snapshot/compare-snapshots.ts');
    const [before, after] = await readSnapshots(context, a, b);
    if (Date.parse(before.head.time) > Date.parse(after.head.time))
      context.warn(`${a} was taken after ${b}: what is added was there before`);
    const { rows, left } = compareSnapshots(before, after, ignored);
    if (left.length > 0)
      context.warn(`not compared, because one of the snapshots does not have them: ${left.join(', ')}`);
    for await (const _ of ticks) yield [section(change, rows)];
  },
});

/** What must hold for 0: there is no record. */
const NOTHING_CHANGED: Claim = {
  expectation: noRecords(),
  readsOn: true,
  refuted: 'the snapshots differ',
  untold: 'it is unknown whether the snapshots differ',
};

function noRecords(): Expectation {
  return {
    fields: new Set(),
    start() {
      let count = 0;
      return {
        add: () => void count++,
        holds: () => count === 0,
        explain: () => formatNumberOf(count, 'change'),
      };
    },
  };
}

/** Throws Failure 64 unless there are two files, and one stdin at most. */
function operandsOf(operands: readonly string[]): readonly [string, string] {
  const [a, b, ...more] = operands;
  if (a === undefined || b === undefined || more.length > 0)
    throw usageError(`export diff compares two snapshots, not ${operands.length}`, {
      hint: 'netwatch export diff BEFORE.json AFTER.json',
    });
  if (a === '-' && b === '-') throw usageError('only one of the two snapshots can be stdin');
  return [a, b];
}

/** Throws Failure 64 for a kind that there is not. */
function kindsNamed(names: readonly string[]): ReadonlySet<ChangeKind> {
  const kinds = names.map((name) => {
    const kind = CHANGE_KINDS.find((one) => one === name);
    if (kind === undefined)
      throw usageError(`--ignore "${name}" is no kind of change`, { hint: `kinds are ${CHANGE_KINDS.join(' ')}` });
    return kind;
  });
  return new Set(kinds);
}
