import { usageError } from '../../core/failure.ts';
import type { Snapshot } from '../../core/record/table.ts';
import { insight, rule } from '../../core/record/tables/insight.ts';
import type { Context } from '../context/context.ts';
import { type ListingValues, listing, type Request } from '../listing/command.ts';
import { PARTS, type Run, SNAPSHOTS } from '../listing/run.ts';
import { VERTICAL } from '../listing/shared-formats.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { insightOptions } from './insight-options.ts';

/** `netwatch insights`: what the records mean. */
export const insights = listing({
  name: 'insights',
  about: 'what is wrong or worth a look, by rules: on this machine and its network, or in a capture',
  details: [
    'Rules read the records of the other commands and say what follows from them: each finding with its evidence, how serious and how sure it is, and what to do. The same records give the same findings. An empty answer means that no rule found anything, not that nothing is wrong: --explain all lists the rules.',
    'Live, the machine is looked at twice, five seconds apart or as long as --duration says, and packets are captured meanwhile where this user may; with --interval, the findings that hold are printed at every tick, or with --new only when they begin or become graver. `since` says since when a finding holds. One leaves ten minutes after the last of what it was found in, and one about how things stand when they change. With --root, a machine that is saved as files is looked at once. What only time shows, such as a counter that grows, one look does not find.',
    'A language model on this machine may comment on what the rules found: Ollama at http://127.0.0.1:11434, when it runs (--ai, --model). Its findings come after those of the rules, with rule and source model; they are always notes, and --expect, --fail-on and the exit status disregard them, because whoever sends packets can try to tell a model what to say. It is sent counts, protocols, registered domain names and the findings; tokens stand for addresses and for all other names and texts, unless --no-redact is given. What it says is left out when it cites no fact that it was sent, or tells a figure, an address or a name that is none of them. --dry-run prints the request.',
    '--threshold, which a configuration file may set for good, moves what a rule takes for too much: {"insights": {"threshold": ["port_scan.ports=50"]}}.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options: insightOptions,
  repeats: true,
  statements: { expect: 'count(severity >= warn) == 0', failOn: 'severity >= warn', wait: 'any(severity >= warn)' },
  isSeries: ({ interval, count }) => interval !== null || count !== null,
  firstTickIsStart: ({ root }) => root === null,
  refusesRoot: ({ read, explain }) =>
    read === null && explain === null
      ? null
      : '--root is a machine to look at: it cannot be used with --read or --explain',
  usualFormat: ({ explain }) => (explain === null || explain === 'all' ? null : VERTICAL),
  unredacted: { 'dry-run': 'it prints what a model would be sent, which --no-redact is about' },
  runOf: (values) =>
    values['dry-run'] && values.explain === null
      ? DRY_RUN
      : values.interval === null && values.count === null
        ? PARTS
        : SNAPSHOTS,
  tables: [insight, rule],
  examples: [
    { line: 'netwatch insights -r file.pcap', about: 'what a capture shows' },
    { line: "netwatch insights -r file.pcap --fail-on 'severity >= warn'", about: 'an exit status for a script' },
    { line: 'sudo netwatch insights --interval 15', about: 'this machine, again and again' },
    { line: 'sudo netwatch insights --interval 15 --new --json', about: 'a log of what begins' },
    { line: 'netwatch insights -r file.pcap --dry-run | jq .', about: 'what a local model would be sent' },
    { line: 'netwatch insights --explain port_scan', about: 'how a rule decides' },
    { line: 'netwatch insights --explain all', about: 'every rule, with its thresholds' },
  ],
  tableOf: ({ explain }) => (explain === null ? insight : rule),
  run: runInsights,
});

/** Prints what a model would be sent, and no records. */
const DRY_RUN: Run<typeof insightOptions> = {
  kind: 'deed',
  interruptIsStatus: true,
  async perform(context, values, operands) {
    for (const name of ['expect', 'fail-on'] as const)
      if (values[name] !== null) throw usageError(`--dry-run prints no records, of which --${name} could be`);
    for (const name of ['interval', 'count'] as const)
      if (values[name] !== null) throw usageError(`--dry-run prints one request: it cannot be used with --${name}`);
    const { printNoRecords } = await import('./dry-run.ts');
    return printNoRecords(context, (request) => runInsights(context, values, operands, request));
  },
};

async function* runInsights(
  context: Context,
  values: ListingValues<typeof insightOptions>,
  _operands: readonly string[],
  request: Request,
): AsyncGenerator<Snapshot> {
  const { explain } = values;
  if (explain !== null) {
    const { explainRules } = await import('./explain-rules.ts');
    yield explainRules(explain);
    return;
  }
  // loaded here: the code that reads packets is large, and other commands start without it
  const { insightRequestOf } = await import('./insight-request.ts');
  const asked = insightRequestOf(values);
  if ('root' in asked) {
    const { sampleInsights } = await import('./live-insights.ts');
    yield* sampleInsights(context, asked, request);
  } else {
    const { readCapturedInsights } = await import('./captured-insights.ts');
    yield* readCapturedInsights(context, asked, request);
  }
}
