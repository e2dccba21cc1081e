import { THEME_NAMES } from '../../core/screen/theme.ts';
import { modelOptions } from '../insights/model-options.ts';
import { choice, flag, integer, language, text, words } from '../options/option.ts';
import { TAB_NAMES } from './model/model.ts';

const { 'dry-run': _, ...askingOptions } = modelOptions;

/** The options of `watch`. */
export const watchOptions = {
  read: text(
    'Show this capture instead of the machine; - is stdin, compressed input is decompressed. The screen opens at its end; R reads it again.',
    { short: 'r', value: 'FILE', offers: 'file' },
  ),
  pace: choice(
    'With --read, how fast the capture is read: to its end at once (end, the default), packet by packet with the key . (step), or as it was recorded, or so many times faster.',
    ['end', 'step', '1', '2', '10', '100'],
    { value: 'PACE' },
  ),
  tab: choice('Begin with this tab.', TAB_NAMES, { value: 'NAME' }),
  filter: text('Begin with this filter on the list of the tab; see FILTERS in netwatch(1).', {
    short: 'f',
    value: 'EXPR',
  }),
  refresh: integer(
    'Look at the machine every MS milliseconds; 1000 by default, 2000 with --lite.',
    { least: 100, most: 3_600_000 },
    { value: 'MS' },
  ),
  interface: text('Capture on this interface only, or show of a capture the packets of this interface.', {
    short: 'i',
    value: 'NAME',
    offers: 'interface',
  }),
  bpf: text('Capture only packets that this libpcap filter passes; see pcap-filter(7).', { value: 'EXPR' }),
  lite: flag(
    'Cost as little as can be, for a slow line or a busy machine: no packets, no probes, no model and no graphs, whatever else is asked; lines of ASCII; the screen is drawn every two seconds, and at a key.',
  ),
  'no-dns': flag('Never ask DNS for names of addresses; the key H then says so.'),
  'no-probe': flag('Do not probe gateways and DNS servers.'),
  geoip: words(
    'Look countries up in these databases (MaxMind DB format) before the one that netwatch has; by default those in the usual places. The key g shows them.',
    { value: 'FILE,...', offers: 'file' },
  ),
  theme: choice(
    'Colours: terminal, the default, uses the 16 colours of the terminal; ascii is the same, with lines of ASCII, and the default where the locale is not UTF-8; none has no colour.',
    THEME_NAMES,
    { value: 'NAME' },
  ),
  lang: language(
    'Speak this language, and write numbers as it does: en, de and zh are there. By default that of LC_ALL, LC_MESSAGES or LANG.',
  ),
  ...askingOptions,
  ai: choice(
    'Whether a local Ollama model comments on what the rules found: auto, the default, and always ask one that listens; never asks none.',
    ['auto', 'always', 'never'],
  ),
};
