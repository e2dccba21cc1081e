import { usageError } from '../../core/failure.ts';
import { didYouMean } from '../../core/suggest.ts';
import { commandHelp, programHelp } from '../arguments/help.ts';
import { sectionText, TOPICS } from '../docs/topics.ts';
import type { Command } from '../listing/command.ts';
import { placeOf } from '../options/command-line.ts';
import { COMMANDS } from './registry.ts';

const MOST_COLUMNS = 120;

/** The help of a command, or null for that of the program. */
export async function helpOf(command: Command | null, columns: number): Promise<string> {
  return command === null ? programHelp(COMMANDS, Object.keys(TOPICS), columns) : commandHelp(command, columns);
}

/**
 * What `netwatch help WORD` prints: a section of netwatch(1), or the help of a command, or both where they have the same
 * name. Throws Failure 64 for any other word.
 */
export function helpOn(word: string, argv: readonly string[], columns: number): string {
  const topic = Object.hasOwn(TOPICS, word) ? TOPICS[word] : undefined;
  const named = (name: string) => COMMANDS.find((one) => one.name === name);
  const command = named(`${word} ${argv[2]}`) ?? named(word);
  const parts = [
    ...(topic === undefined ? [] : [sectionText(topic, Math.min(columns, MOST_COLUMNS))]),
    ...(command === undefined ? [] : [commandHelp(command, columns)]),
  ];
  if (parts.length > 0) return parts.join('\n');
  const topics = Object.keys(TOPICS);
  const names = COMMANDS.map(({ name }) => name);
  throw usageError(`unknown help topic "${word}"`, {
    hint: didYouMean(
      word,
      [...topics, ...names],
      `netwatch help explains commands and ${topics.join(', ')}`,
      (near) => `netwatch help ${near}`,
    ),
    place: placeOf(argv, 1),
  });
}
