/** A term and what it means. */
export type Entry = readonly [term: string, meaning: string];

/** Terms that are longer stand on a line of their own. */
const MOST_TERM = 30;
const GAP = 2;
/** A column of meanings that is narrower cannot be read: meanings then stand below their terms. */
const LEAST_MEANING = 24;
const INDENT = 8;

/** Text in lines of at most `columns`, broken between words alone: a longer word has a line of its own. */
export function wrapWords(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Terms at the left, and their meanings beside or below them. */
export function layOut(entries: readonly Entry[], columns: number): string {
  const widths = entries.map(([term]) => term.length).filter((width) => width <= MOST_TERM);
  const beside = Math.max(0, ...widths) + GAP;
  const isBeside = widths.length > 0 && columns - beside >= LEAST_MEANING;
  const indent = isBeside ? beside : INDENT;
  return entries
    .flatMap(([term, meaning]) => {
      const lines = wrapWords(meaning, columns - indent).map((line) => ' '.repeat(indent) + line);
      if (!isBeside || term.length + GAP > indent) return [term, ...lines];
      return [term.padEnd(indent) + lines[0]!.slice(indent), ...lines.slice(1)];
    })
    .map((line) => `${line}\n`)
    .join('');
}
