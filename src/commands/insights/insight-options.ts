import { flag, text, words } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import { liveOptions, sourceOptions } from '../packets/capture-options.ts';
import { modelOptions } from './model-options.ts';

/** The options of `netwatch insights`. */
export const insightOptions = {
  ...sourceOptions,
  interface: text(
    'Capture on these interfaces, separated by commas, or on any; the default is every interface that is up and has an address. With a file, only packets captured on this interface.',
    { short: 'i', value: 'NAME', offers: 'interface' },
  ),
  explain: text(
    'Explain this rule, and look at nothing: what it reads, how it decides, its thresholds. --explain all lists every rule.',
    { value: 'RULE' },
  ),
  threshold: words('Set thresholds of rules, as in port_scan.ports=50; --explain names them.', {
    value: 'RULE.NAME=N,...',
  }),
  probe: flag(
    'At each look, probe what netwatch probe does without a target: the gateways, the DNS servers, and whether a name is found. This sends packets.',
  ),
  new: flag('With --interval: a finding only at the look where it begins or becomes graver, not at each.'),
  'no-packets': flag('Capture nothing: sockets, interfaces and counters alone.'),
  ...redactOptions,
  ...modelOptions,
  ...liveOptions,
};
