import { flag, text, words } from '../options/option.ts';
import { liveOptions, sourceOptions } from '../packets/capture-options.ts';
import { modelOptions } from './model-options.ts';

/** The options of `netwatch insights`. */
export const insightOptions = {
  ...sourceOptions,
  explain: text(
    'Explain this rule instead of looking: what it reads, how it decides, its thresholds; all for every one.',
    { value: 'RULE' },
  ),
  threshold: words('Set thresholds of rules, as in port_scan.ports=50; --explain names them.', {
    value: 'RULE.NAME=N,...',
  }),
  probe: flag('Ask the gateway, the DNS servers and for a name, too, at each look, as netwatch probe does.'),
  new: flag('With --interval: a finding only at the look where it begins or becomes graver, not at each.'),
  'no-packets': flag('Capture nothing: sockets, interfaces and counters alone.'),
  ...modelOptions,
  ...liveOptions,
};
