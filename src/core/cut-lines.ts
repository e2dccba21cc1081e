/** A map of bpftrace with all its keys fits. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Cuts text that comes in pieces into lines; one that is too long is left out. */
export function openLines(take: (line: string) => void, longest = LONGEST_LINE): (text: string) => void {
  let rest = '';
  let isTooLong = false;
  return (text) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = rest + text.slice(start, end);
      if (!isTooLong && line.length <= longest) take(line);
      rest = '';
      isTooLong = false;
      start = end + 1;
    }
    if (isTooLong) return;
    rest += text.slice(start);
    if (rest.length <= longest) return;
    rest = '';
    isTooLong = true;
  };
}
