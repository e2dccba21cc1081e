/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A file in a command that a message tells to run: its name may come from a stranger, and be no option either. */
export const shellFile = (file: string): string => shellWord(file.startsWith('-') && file !== '-' ? `./${file}` : file);
