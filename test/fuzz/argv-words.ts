import { everyOption } from '../../src/commands/arguments/arguments.ts';
import type { Command } from '../../src/commands/listing/command.ts';
import type { Option } from '../../src/commands/options/option.ts';
import { mutateText } from './mutate-text.ts';
import type { Prng } from './prng.ts';

/** Files of a run, in its folder; the last two are not there. */
const CAPTURES = [
  'a.pcap',
  'b.pcapng',
  'c.pcap.gz',
  'torn.pcap',
  'text.txt',
  'empty',
  'records.ndjson',
  'no-such.pcap',
  'folder',
];
const OUTPUTS = [
  'out.pcap',
  'out.pcapng',
  'out.pcap.gz',
  'out.ndjson',
  'out.csv',
  'out.json',
  'a.pcap',
  'folder/out.tsv',
  'no/such/out.pcap',
  'folder',
];
const EXPRESSIONS = [
  ...[
    'tcp',
    'dns or udp',
    'port 443',
    '10.0.0.0/8',
    'not tcp',
    'stream 0',
    'info contains "a"',
    'length > 60',
    'nonsense',
    'rtt_ms > 1',
    'state == ESTABLISHED',
    'a b c',
  ],
  ...[
    'count() > 0',
    'all(length > 0)',
    'any(local_port == 443)',
    'sum(rx_bytes) < 1MB',
    'avg(bytes) >= 1',
    '(',
    'count(',
    'matches "("',
    'proto == tcp',
  ],
];
const NUMBERS = ['0', '1', '2', '5', '100', '65535', '65536', '-1', '1e3', '', '99999999999999999999', '1.5', '0x10'];
const QUANTITIES = ['1', '500ms', '2s', '1m', '1d', '100d', '64', '1KiB', '1MB', '2GiB', '0', '-1s', '1x', '.5s'];

/** The words of a command line: a command, options of it with values that may or may not fit, and what a hand does wrong. */
export function makeWords(prng: Prng, command: Command): string[] {
  const words = command.name.split(' ');
  if (command.operandChoices.length > 0 && prng.once(2)) words.push(prng.of(command.operandChoices));
  const options = Object.entries(everyOption(command));
  const asksFile = 'read' in command.options && !prng.once(command.name === 'conns' ? 2 : 12);
  if (asksFile) words.push('-r', prng.of(CAPTURES.slice(0, prng.once(3) ? CAPTURES.length : 3)));
  for (let left = prng.below(5); left > 0; left--) words.push(...optionWords(prng, command, ...prng.of(options)));
  if (prng.once(2))
    words.push(prng.of(['--json', '--tsv', '--csv', '-ojson', '-otable', '-V', '-x', '--list', '--all', '--help']));
  if (prng.once(3))
    disturb(
      prng,
      words,
      options.map(([name]) => `--${name}`),
    );
  return words.map(harmless).filter((word): word is string => word !== null);
}

function optionWords(prng: Prng, command: Command, name: string, option: Option): readonly string[] {
  const dashed = option.short !== null && prng.once(2) ? `-${option.short}` : `--${name}`;
  if (option.value === null) return [dashed];
  const value = wordFor(prng, command, name, option);
  return dashed.startsWith('--') && prng.once(3) ? [`${dashed}=${value}`] : [dashed, value];
}

function wordFor(prng: Prng, command: Command, name: string, { choices, list, offers }: Option): string {
  if (choices !== null && !prng.once(6)) return list ? `${prng.of(choices)},${prng.of(choices)}` : prng.of(choices);
  if (name === 'write') return prng.of(OUTPUTS);
  if (name === 'root') return prng.of(['linux', 'macos', 'linux-broken', 'macos-broken', 'folder']);
  if (name === 'config') return prng.of(['config.json', 'text.txt', 'none', 'no-such.json']);
  if (offers === 'file') return prng.of(CAPTURES);
  if (name === 'filter' || name === 'expect' || name === 'wait' || name === 'bpf') return prng.of(EXPRESSIONS);
  if (offers === 'field' || offers === 'sort') {
    const names = command.kind === 'listing' ? command.tables.flatMap(({ fields }) => Object.keys(fields)) : ['a'];
    const some = Array.from(
      { length: prng.few(4) },
      () => prng.of(names) + (offers === 'sort' && prng.once(2) ? ':desc' : ''),
    );
    return prng.once(10) ? 'all' : some.join(',');
  }
  return prng.of([
    ...NUMBERS,
    ...QUANTITIES,
    'eth0',
    'lo',
    'curl',
    'de',
    'pt-BR',
    'protocols',
    'all',
    'dns,http,tls',
    'summary,expert,time',
  ]);
}

function disturb(prng: Prng, words: string[], names: readonly string[]): void {
  const at = prng.below(words.length);
  switch (prng.below(5)) {
    case 0:
      words.splice(at, 1);
      break;
    case 1:
      words.splice(at, 0, words[at] ?? '--');
      break;
    case 2:
      words.splice(at, 0, '--');
      break;
    case 3:
      words.splice(at, 0, prng.of(names));
      break;
    default:
      words[at] = mutateText(prng, words[at] ?? '', ['--', '-r', '=', ',', 'all', '-', ':desc']).slice(0, 2000);
  }
}

/**
 * The word as a fuzzer may give it, null for none: nothing outside the folder of the run, neither stdin nor stdout, no
 * names looked up, no zero byte (execve(2) takes none).
 */
function harmless(word: string): string | null {
  if (/^--res/.test(word)) return null;
  const plain = word
    .replaceAll('\0', '')
    .replaceAll('..', '._')
    .replace(/(^|=|^-\w+)[/~]/g, '$1_');
  return plain === '-' || /=-$|^-\w*[rw]-$/.test(plain) ? 'dash' : plain;
}
