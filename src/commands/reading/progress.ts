import type { ByteSource } from '../../core/capture/byte-source.ts';
import { formatBytes } from '../../core/output/units.ts';
import type { Context } from '../context/context.ts';

/** A job that is over by then shows no progress; nobody could read updates more frequent than this. */
const FIRST_AFTER_MS = 1000;
const EVERY_MS = 200;
const BAR_WIDTH = 20;

/**
 * The same source; a terminal on stderr shows how much of it has been read, on a line that is removed at the end. It
 * shows nothing when rows printed on the terminal already show the progress.
 */
export function withProgress(
  context: Context,
  source: ByteSource,
  { showsRows }: { readonly showsRows: boolean },
): ByteSource {
  const { terminal, clock, signal, showProgress } = context;
  if (!terminal.stderrIsTerminal || (showsRows && terminal.stdoutIsTerminal)) return source;
  let done = 0;
  let next = clock.monotonic() + FIRST_AFTER_MS;
  const end = (): void => showProgress(null);
  signal.addEventListener('abort', end, { once: true });
  return {
    ...source,
    async read(into, offset, length) {
      const added = await source.read(into, offset, length);
      done += added;
      if (added === 0) end();
      else if (!signal.aborted && clock.monotonic() >= next) {
        next = clock.monotonic() + EVERY_MS;
        showProgress(lineOf(source, done).slice(0, terminal.columns() - 1));
      }
      return added;
    },
    async close() {
      signal.removeEventListener('abort', end);
      end();
      await source.close();
    },
  };
}

function lineOf({ name, size }: ByteSource, done: number): string {
  if (size === null || size === 0) return `${formatBytes(done)} of ${name} read`;
  const share = Math.min(1, done / size);
  const bar = '█'.repeat(Math.round(BAR_WIDTH * share)).padEnd(BAR_WIDTH, '░');
  return `${bar} ${Math.floor(100 * share)} % of ${formatBytes(size)} of ${name} read`;
}
