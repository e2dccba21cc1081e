/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A file in a command that a message tells to run: its name may come from a stranger, and be no option either. */
export const shellFile = (file: string): string => shellWord(file.startsWith('-') && file !== '-' ? `./${file}` : file);

/**
 * A command in lines of at most `width` columns that a POSIX shell reads as one when they are pasted: they end in a backslash,
 * but for those that end inside quotes. A word that is longer is parted after commas, or anywhere; the next line then goes on at
 * its first column. A word within quotes that is longer than a line is read back with line ends in it.
 */
export function shellLines(command: string, width: number): readonly string[] {
  const room = Math.max(1, width - 2);
  const lines: string[] = [];
  let line = '';
  let isQuoted = false;
  const end = (mark: string): void => {
    lines.push(isQuoted ? line : line + mark);
    line = '';
  };
  for (const word of command.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) end(' \\');
    let rest = line === '' ? word : ` ${word}`;
    while (line.length + rest.length > room) {
      const comma = rest.lastIndexOf(',', room - 1);
      const cut = comma > 0 ? comma + 1 : room;
      line += rest.slice(0, cut);
      rest = rest.slice(cut);
      if (oddQuotes(line)) isQuoted = !isQuoted;
      end('\\');
    }
    line += rest;
    if (oddQuotes(rest)) isQuoted = !isQuoted;
  }
  return [...lines, line];
}

/** A quote that is itself quoted ends nothing. */
const oddQuotes = (text: string): boolean => text.replaceAll("'\\''", '').split("'").length % 2 === 0;
