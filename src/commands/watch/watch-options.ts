import { THEME_NAMES } from '../../core/screen/theme.ts';
import { modelOptions } from '../insights/model-options.ts';
import { choice, flag, integer, text } from '../options/option.ts';
import { globalOptions } from '../options/shared-options.ts';
import { TAB_NAMES } from './model/model.ts';

/** The options of `watch`. */
export const watchOptions = {
  refresh: integer(
    'Look at the machine every MS milliseconds; 1000 by default.',
    { least: 100, most: 3_600_000 },
    { value: 'MS' },
  ),
  read: text('Show the packets of this capture instead of the machine, - for stdin.', {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
  interface: text('Capture on this interface only.', { short: 'i', value: 'NAME', offers: 'interface' }),
  bpf: text('Capture only packets that this BPF expression matches.', { value: 'EXPR' }),
  filter: text('Begin with this filter on the list of the tab.', { short: 'f', value: 'EXPR' }),
  tab: choice('Begin with this tab.', TAB_NAMES, { value: 'NAME' }),
  theme: choice('Colours: terminal uses the 16 colours of the terminal.', THEME_NAMES, { value: 'NAME' }),
  'no-dns': flag('Do not look up names of addresses.'),
  'no-probe': flag('Do not probe gateways and DNS servers.'),
  ...modelOptions,
  ...globalOptions,
};
