import { usageError } from '../../core/failure.ts';
import { insight, rule } from '../../core/record/tables/insight.ts';
import { listing } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { text, words } from '../options/option.ts';
import { liveOptions, sourceOptions } from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';

const options = {
  ...sourceOptions,
  explain: text(
    'Explain this rule instead of looking: what it reads, how it decides, its thresholds; all for every one.',
    {
      value: 'RULE',
    },
  ),
  threshold: words('Set thresholds of rules, as in port_scan.ports=50; --explain names them.', {
    value: 'RULE.NAME=N,...',
  }),
  ...liveOptions,
};

/** `netwatch insights`: what the records mean. */
export const insights = listing({
  name: 'insights',
  about: 'what is wrong or worth a look, by rules: on this machine and its network, or in a capture',
  details: [
    'Rules read the records of the other commands and say what follows from them: each finding with its evidence, how serious and how sure it is, and what to do. The same records give the same findings. An empty answer means that no rule found anything, not that nothing is wrong: --explain all lists the rules.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  statements: { expect: 'count(severity >= warn) == 0', failOn: 'severity >= warning', wait: null },
  firstTickIsStart: () => true,
  runOf: ({ interval, count }) => (interval === null && count === null ? PARTS : SNAPSHOTS),
  tables: [insight, rule],
  examples: [
    { line: 'netwatch insights -r file.pcap', about: 'what a capture shows' },
    { line: "netwatch insights -r file.pcap --fail-on 'severity >= warning'", about: 'an exit status for a script' },
    { line: 'netwatch insights --explain port_scan', about: 'how a rule decides' },
  ],
  tableOf: ({ explain }) => (explain === null ? insight : rule),
  async *run(context, values, _operands, request) {
    const { explain } = values;
    if (explain !== null) {
      const { explainRules } = await import('./explain-rules.ts');
      yield explainRules(explain);
      return;
    }
    // loaded here: the code that reads packets is large, and other commands start without it
    const { thresholdsOf } = await import('./insight-request.ts');
    const asked = { packets: packetRequestOf(values), thresholds: thresholdsOf(values.threshold) };
    if (asked.packets.from === 'file') {
      const { readCapturedInsights } = await import('./captured-insights.ts');
      yield* readCapturedInsights(context, asked, request);
      return;
    }
    throw usageError('not yet');
  },
});
