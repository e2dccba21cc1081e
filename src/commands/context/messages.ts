import { safeText } from '../../core/output/safe-text.ts';
import type { Context } from './context.ts';

/** ECMA-48: EL over the whole line, from its first column. */
const ERASE_LINE = '\r\x1b[2K';

/** Where messages go: `isTTY` is true for a terminal, as of a stream of node. */
export interface MessageStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** stderr: messages stay, and the progress line, which only a terminal shows, makes room for them. */
export function openMessages(stream: MessageStream): Pick<Context, 'say' | 'warn' | 'showProgress'> {
  let shown = false;
  const showProgress = (line: string | null): void => {
    if (stream.isTTY !== true || (!shown && line === null)) return;
    stream.write(line === null ? ERASE_LINE : ERASE_LINE + safeText(line));
    shown = line !== null;
  };
  const warn = (line: string): void => {
    showProgress(null);
    stream.write(`netwatch: ${safeText(line)}\n`);
  };
  return { showProgress, say: warn, warn };
}
