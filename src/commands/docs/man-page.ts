import { headingOf, type RecordTable } from '../../core/record/table.ts';
import { optionGroups } from '../arguments/arguments.ts';
import { type Command, pageOf } from '../listing/command.ts';
import { describeOption, type Option } from '../options/option.ts';
import { FILTER_GUIDE, type GuideSection, PROGRAM_GUIDE } from './guide.ts';
import { RULES_GUIDE, RULES_TOPIC } from './rules-guide.ts';
import { EXIT_STATUS, FIELDS, PRIVILEGES } from './topics.ts';

/** netwatch(1): what the program is, its commands, and what they share, as man(7) source. */
export function programPage(commands: readonly Command[], version: string): string {
  return [
    title('NETWATCH', version),
    section('NAME', 'netwatch \\- network diagnostics as records'),
    section('SYNOPSIS', '.B netwatch\n[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]'),
    ...PROGRAM_GUIDE.map(guideSection),
    section('COMMANDS', commands.map((one) => item(`\\fB${roff(pageOf(one))}\\fR(1)`, one.about)).join('\n')),
    ...[FIELDS, ...FILTER_GUIDE, RULES_TOPIC, PRIVILEGES, EXIT_STATUS].map(guideSection),
    section('SEE ALSO', seeAlso(['ss(8)', 'ip(8)', 'jq(1)', ...commands.map((one) => `${pageOf(one)}(1)`)])),
  ].join('\n');
}

/** The page of one command. */
export function commandPage(command: Command, version: string): string {
  const tables = command.kind === 'listing' ? command.tables : [];
  const operands = command.operands === '' ? '' : `\n${roff(command.operands)}`;
  return [
    title(pageOf(command).toUpperCase(), version),
    section('NAME', `${roff(pageOf(command))} \\- ${roff(command.about)}`),
    section('SYNOPSIS', `.B netwatch ${roff(command.name)}${operands}\n[\\fIOPTIONS\\fR]`),
    section('DESCRIPTION', command.details.map(roff).join('\n.PP\n')),
    ...optionGroups(command).map(({ title: heading, options }) =>
      section(
        heading.toUpperCase(),
        Object.entries(options)
          .map(([name, option]) => item(optionSpelling(name, option), describeOption(option)))
          .join('\n'),
      ),
    ),
    ...(GUIDES[command.name] ?? []).map(guideSection),
    ...tables.map(fieldsOf),
    section('EXAMPLES', command.examples.map((one) => item(`\\fB${roff(one.line)}\\fR`, one.about)).join('\n')),
    guideSection(EXIT_STATUS),
    section('SEE ALSO', seeAlso(['netwatch(1)'])),
  ].join('\n');
}

/** Sections that only one page has, by command. */
const GUIDES: Readonly<Record<string, readonly GuideSection[]>> = { insights: [RULES_GUIDE] };

function title(name: string, version: string): string {
  return `.\\" Made from the command registry by: npm run docs\n.TH ${name} 1 "" "netwatch ${version}" "User Commands"`;
}

function section(heading: string, body: string): string {
  return `.SH ${heading}\n${body}`;
}

function item(term: string, text: string): string {
  return `.TP\n${term}\n${roff(text)}`;
}

function guideSection({ heading, paragraphs, items }: GuideSection): string {
  const body = paragraphs.map(roff).join('\n.PP\n');
  return section(
    heading,
    [body, ...items.map(([term, text]) => item(`\\fB${roff(term)}\\fR`, text))]
      .filter((part) => part !== '')
      .join('\n'),
  );
}

function fieldsOf(table: RecordTable): string {
  const rows = Object.entries({ ...table.fields, ...table.more }).map(([name, field]) => {
    const values = field.values === null ? '' : ` One of: ${field.values.join(', ')}.`;
    const shown = field.shown === 'never' ? '' : ` Heading ${headingOf(name, field)}.`;
    return item(
      `\\fB${roff(name)}\\fR (${field.kind}${field.nullable ? ', may be null' : ''})`,
      `${field.doc}${values}${shown}`,
    );
  });
  return section(`FIELDS OF ${table.type.toUpperCase()}`, `${roff(table.about)}\n${rows.join('\n')}`);
}

function optionSpelling(name: string, option: Option): string {
  const short = option.short === null ? '' : `\\fB\\-${roff(option.short)}\\fR, `;
  const value = option.value === null ? '' : ` \\fI${roff(option.value)}\\fR`;
  const names = [name, ...option.also].map((one) => `\\fB\\-\\-${roff(one)}\\fR`);
  return `${short}${names.join(', ')}${value}`;
}

function seeAlso(pages: readonly string[]): string {
  return pages
    .map((page) =>
      page.replace(/^(.*)\((\d)\)$/, (_whole, name: string, part: string) => `.BR ${roff(name)} (${part})`),
    )
    .join(',\n');
}

/**
 * Text as man(7) source: escapes a backslash, a hyphen, and a dot or quote at the start of a line, which have a meaning
 * there.
 */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
