/** The lines of a tool's output that end in a newline. One cut short may have lost half a number, so it is left out. */
export function completeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** The columns of a line, which blanks part. */
export function columnsOf(line: string): string[] {
  return line.trim().split(/\s+/);
}

/** A count as the tools print it; null for anything else, such as the `-` of a column that does not apply. */
export function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,20}$/.test(text) ? Number(text) : null;
}
