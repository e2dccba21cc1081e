/** Visits the lines that end in a newline: the kernel ends every line with one, so a last line without is cut short. */
export function eachWholeLine(text: string, visit: (line: string) => void): void {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    visit(text.slice(start, end));
    start = end + 1;
  }
}
