import { describe, expect, test } from 'vitest';
import { everyOption, findCommand, optionGroups, readArguments } from '../../../src/commands/arguments/arguments.ts';
import { commandHelp, programHelp } from '../../../src/commands/arguments/help.ts';
import { layOut, wrapWords } from '../../../src/commands/arguments/help-layout.ts';
import { commandPage, programPage } from '../../../src/commands/docs/man-page.ts';
import { TOPICS } from '../../../src/commands/docs/topics.ts';
import type { Command, ListingCommand, ListingValues } from '../../../src/commands/listing/command.ts';
import { planListing } from '../../../src/commands/listing/listing-plan.ts';
import type { Options } from '../../../src/commands/options/option.ts';
import { splitWords } from '../../../src/commands/options/split-words.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { compileThreshold } from '../../../src/core/filter/threshold.ts';
import { RULES } from '../../../src/core/insight/all-rules.ts';
import { netwatch, runInProcess } from '../../support/in-process.ts';

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

describe('layout', () => {
  test('lines are broken between words, and a long word has its own', () => {
    expect(wrapWords('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrapWords('aa bb cc', 4)).toEqual(['aa', 'bb', 'cc']);
    expect(wrapWords('aa one|two|three cc', 5)).toEqual(['aa', 'one|two|three', 'cc']);
    expect(wrapWords('', 5)).toEqual(['']);
  });

  test('a meaning stands beside its term, below a long one, and below every one where there is no room', () => {
    const long = 'x'.repeat(31);
    const most = 'y'.repeat(30);
    expect(
      layOut(
        [
          ['a', 'one two'],
          ['bbb', 'two'],
        ],
        40,
      ),
    ).toBe('a    one two\nbbb  two\n');
    expect(
      layOut(
        [
          ['a', 'one'],
          [long, 'two'],
        ],
        40,
      ),
    ).toBe(`a  one\n${long}\n   two\n`);
    expect(
      layOut(
        [
          ['a', 'one'],
          [most, 'two'],
        ],
        56,
      ),
    ).toBe(`a${' '.repeat(31)}one\n${most}  two\n`);
    expect(
      layOut(
        [
          ['a', 'one'],
          [most, 'two'],
        ],
        55,
      ),
    ).toBe(`a\n        one\n${most}\n        two\n`);
    expect(layOut([[long, 'one']], 80)).toBe(`${long}\n        one\n`);
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (_name, command) => {
  test.each([20, 40, 60, 72, 80, 100])('no word of its help is broken in %i columns', (columns) => {
    const help = commandHelp(command, columns);
    expect(wordsOf(help)).toEqual(wordsOf(commandHelp(command, 200)));
    const long = help.split('\n').filter((line) => line.length > Math.max(columns, 40) && !/^ {2}/.test(line));
    if (columns >= 60) expect(long).toEqual([]);
  });

  test('its help and its page list the values of every enumerated option and operand', () => {
    const help = commandHelp(command, 120);
    const page = commandPage(command, '1').replaceAll('\\', '');
    for (const { options } of optionGroups(command)) {
      for (const [name, { choices }] of Object.entries(options)) {
        if (choices === null) continue;
        const [found = ''] =
          new RegExp(`^ {2,6}(?:-\\S, )?--${name} [^]*?(?=^ {2,6}-|^\\S|(?![^]))`, 'm').exec(help) ?? [];
        for (const one of choices) expect(found, `--${name} ${one}`).toContain(one);
        for (const one of choices) expect(page).toContain(one);
      }
    }
    for (const one of command.operandChoices) expect(help).toContain(one);
  });

  test('what it says of --expect, --wait and --fail-on is about its records', () => {
    if (command.kind !== 'listing') return;
    const options = everyOption(command);
    for (const name of ['expect', 'wait', 'fail-on'].filter((one) => Object.hasOwn(options, one))) {
      const { doc, hidden } = options[name]!;
      if (hidden) continue;
      const [, statement] = /'([^']*)'/.exec(doc) ?? [];
      const compile = name === 'fail-on' ? compileThreshold : compileExpectation;
      expect(() => compile(statement!, command.tableOf(absentValues(command))), doc).not.toThrow();
    }
  });

  test.each(command.examples.map(({ line }) => line))('the example is one: %s', (line) => {
    for (const argv of commandLines(line)) {
      const { command: found, named, rest } = findCommand(argv, COMMANDS, COMMANDS[0]!);
      const { values, operands } = readArguments(found, named, rest, null);
      const isOfGroup = command.kind === 'group' && found.name.startsWith(`${command.name} `);
      expect([isOfGroup || found === command, operands.length === 0 || found.operands !== '']).toEqual([true, true]);
      if (found.kind === 'listing') planListing(found, values as ListingValues<Options>, false, () => 0);
    }
  });
});

function absentValues(command: Command): ListingValues<Options> {
  const absent = Object.entries(everyOption(command)).map(([name, option]) => [name, option.absent]);
  return Object.fromEntries(absent) as ListingValues<Options>;
}

/** The words after each `netwatch` in a line of a shell. */
function commandLines(line: string): string[][] {
  return line.split(/ \| |<\(|\)$/).flatMap((part) => {
    const words = (part.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
      word.replace(/['"]((?:(?<=').*(?=')|(?<=").*(?=")))['"]/, '$1'),
    );
    const at = words.indexOf('netwatch');
    const until = words.indexOf('>');
    return at < 0 ? [] : [words.slice(at + 1, until < 0 ? undefined : until)];
  });
}

test('the help of the program breaks no word either', async () => {
  const topics = Object.keys(TOPICS);
  for (const columns of [20, 40, 80]) {
    // yargs writes the columns of an example beside each other
    const help = wordsOf(await programHelp(COMMANDS, topics, columns)).toSorted();
    expect(help).toEqual(wordsOf(await programHelp(COMMANDS, topics, 120)).toSorted());
    expect(help).toEqual(expect.arrayContaining(['filters,', 'exit-codes,', 'files.']));
  }
});

test.each(COMMANDS.map((one) => [one.name, one] as const))('%s names severities as its records do', (_name, one) =>
  expect(commandHelp(one, 120)).not.toMatch(/severity\s*[<>=]+\s*warning/),
);

test('a rule of insights is found from its help', async () => {
  const insights = COMMANDS.find(({ name }) => name === 'insights')!;
  expect(commandHelp(insights, 80)).toContain('netwatch insights --explain all');
  const { out } = await netwatch('help', 'rules');
  for (const { name, severity } of RULES) expect(out).toContain(`${name} (${severity})`);
});

test('options that a command refuses anyway are not offered', async () => {
  const stats = COMMANDS.find(({ name }) => name === 'stats')!;
  expect(commandHelp(stats, 80)).not.toMatch(/--wait|--timeout/);
  const { status, said } = await netwatch('stats', '--wait', 'any(proto == "dns")', '-r', 'x');
  expect([status, said]).toEqual([64, ['--wait cannot be used with stats']]);
});

describe('netwatch help', () => {
  test.each(Object.entries(TOPICS))('%s says what netwatch(1) says', async (name, { heading, paragraphs, items }) => {
    const { status, out, said } = await runInProcess(['help', name], { terminal: { columns: 70, rows: 24 } });
    expect([status, said, out.startsWith(`${heading}\n\n`)]).toEqual([0, [], true]);
    const page = programPage(COMMANDS, '1')
      .replaceAll(/\\(?:f[BIR]|&)/g, '')
      .replaceAll('\\', '');
    expect(page).toContain(`.SH ${heading}\n`);
    const told = out.replace(/\s+/g, ' ');
    for (const text of [...paragraphs, ...items.flat()]) {
      expect(told).toContain(text.replace(/\s+/g, ' '));
      expect(page).toContain(text);
    }
    if (name !== 'fields') expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(79);
  });

  test('explains at least these', () => {
    expect(Object.keys(TOPICS)).toEqual(
      expect.arrayContaining(['filters', 'fields', 'rules', 'exit-codes', 'privileges', 'environment']),
    );
  });

  test('of a command is its --help, of fields also the section', async () => {
    for (const { name } of COMMANDS.filter((one) => one.name !== 'fields'))
      expect((await netwatch('help', name)).out).toBe((await netwatch(name, '--help')).out);
    const { out } = await netwatch('help', 'fields');
    expect(out.startsWith('FIELDS\n\n')).toBe(true);
    expect(out.endsWith(`\n\n${(await netwatch('fields', '--help')).out}`)).toBe(true);
    expect((await netwatch('help', 'help')).out).toBe((await netwatch('--help')).out);
    expect((await netwatch('help')).out).toBe((await netwatch('--help')).out);
  });

  test.each([
    ['filtre', 'did you mean netwatch help filters?'],
    ['exit-code', 'did you mean netwatch help exit-codes?'],
    [
      'env',
      'netwatch help explains commands and filters, expectations, fields, rules, exit-codes, privileges, environment, files',
    ],
    ['cons', 'did you mean netwatch help conns?'],
    [
      'constructor',
      'netwatch help explains commands and filters, expectations, fields, rules, exit-codes, privileges, environment, files',
    ],
  ])('%s is told to be none', async (word, hint) => {
    const { status, out, said } = await netwatch('help', word);
    expect([status, out, said]).toEqual([
      64,
      '',
      [
        `unknown help topic "${word}"`,
        `  netwatch help ${word}`,
        `${' '.repeat('  netwatch help '.length)}${'^'.repeat(word.length)}`,
        hint,
      ],
    ]);
  });
});

describe('spellings that hands expect', () => {
  const ROOT = ['--root', 'test/hosts/linux'];

  test.each([['-H'], ['--no-headers'], ['--no-header'], ['-nH'], ['-Hn']])('%s: no header', async (option) => {
    const { status, out } = await netwatch('ifaces', ...ROOT, '--fields', 'name', option);
    expect([status, out]).toEqual([
      0,
      (await netwatch('ifaces', ...ROOT, '--fields', 'name')).out.replace('name\n', ''),
    ]);
  });

  test.each([['conns'], ['ifaces'], ['capture'], ['follow'], ['stats'], ['probe']])('%s accepts -n', (name) => {
    const command = COMMANDS.find((one) => one.name === name)!;
    for (const words of [['-n'], ['-nn'], ['--numeric'], ['-n', '-n']])
      expect(splitWords(everyOption(command), words, '')).toEqual({ _: [], numeric: true });
  });

  test('-n and --resolve exclude each other, where both are typed', async () => {
    const { status, said } = await netwatch('conns', ...ROOT, '-n', '--resolve');
    expect([status, said]).toEqual([64, ['--resolve and --numeric exclude each other']]);
    expect((await netwatch('conns', ...ROOT, '-n')).status).toBe(0);
  });

  test('-n beats the configuration', () => {
    const command = COMMANDS.find((one) => one.name === 'conns')!;
    const defaults = { file: 'f', values: { resolve: 'true' }, places: {}, isSecret: false };
    expect(readArguments(command, true, ['-n'], defaults).values).toMatchObject({ resolve: false, numeric: true });
    expect(readArguments(command, true, [], defaults).values).toMatchObject({ resolve: true, numeric: false });
  });

  test('a value after a flag is refused as it was typed', async () => {
    for (const option of ['--no-header', '--no-headers'])
      expect((await netwatch('conns', `${option}=1`)).said[0]).toBe(`${option} takes no value`);
  });
});

describe('--fields help', () => {
  const fieldsOf = async (...argv: readonly string[]) => (await netwatch('fields', ...argv)).out;

  test.each<[readonly string[], string]>([
    [['conns'], 'conn'],
    [['conns', '--events'], 'conn_event'],
    [['conns', '--summary', 'port'], 'conn_summary'],
    [['ifaces', '--routes'], 'route'],
    [['stats', '--by', 'dns,http', '-r', '/no/such'], 'dns_query'],
    [['capture', '-w', '/no/such/file'], 'packet'],
    [['capture', '-D'], 'device'],
    [['follow', '--list'], 'stream'],
    [['probe', '--report', '/no/such'], 'probe_report'],
    [['export', 'packets'], 'packet'],
    [['doctor'], 'check'],
    [['fields', 'conn'], 'field'],
  ])('%j lists the fields of %s, and reads nothing else', async (argv, record) => {
    const { status, out, said } = await netwatch(...argv, '--fields', 'help');
    expect([status, out, said]).toEqual([0, await fieldsOf(record), []]);
  });

  test('in the format that was asked for', async () => {
    expect((await netwatch('conns', '--fields=help', '--json')).out).toBe(await fieldsOf('conn', '--json'));
    expect((await netwatch('conns', '--fields', 'help', '-o', 'csv', '-H')).out).toBe(
      await fieldsOf('conn', '--csv', '--no-header'),
    );
    expect((await netwatch('conns', '--fields', 'help', '-o', 'prometheus')).out).toBe(await fieldsOf('conn'));
    expect((await netwatch('conns', '--fields', 'help', '--sort', 'rtt_ms', '-f', 'tcp', '--limit', '1')).out).toBe(
      await fieldsOf('conn'),
    );
  });

  test('is a field among others, which there is not', async () => {
    expect((await netwatch('conns', '--fields', 'help,state')).said[0]).toBe('unknown field "help" of conn');
    expect((await netwatch('stats', '--by', 'nosuch', '--fields', 'help')).status).toBe(64);
  });
});

const listings: readonly ListingCommand[] = COMMANDS.filter((one) => one.kind === 'listing');
test('every listing has --fields help', async () => {
  for (const { name } of listings) expect((await netwatch(name, '--fields', 'help', '-q')).status, name).toBe(0);
});

test('help is never wider than 120 columns, and that of the program never narrower than 40', async () => {
  const texts = (columns: number): string[] => COMMANDS.map((command) => commandHelp(command, columns));
  expect(texts(500)).toEqual(texts(120));
  expect(texts(119)).not.toEqual(texts(120));
  expect(texts(121)).toEqual(texts(120));
  const about = texts(500).flatMap((help) => help.split('\n').filter((line) => !line.startsWith(' ')));
  expect(Math.max(...about.slice(1).map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(await programHelp(COMMANDS, [], 500)).toBe(await programHelp(COMMANDS, [], 120));
  expect(await programHelp(COMMANDS, [], 10)).toBe(await programHelp(COMMANDS, [], 40));
  expect(await programHelp(COMMANDS, [], 42)).not.toBe(await programHelp(COMMANDS, [], 40));
});
