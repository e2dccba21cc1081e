import { constants } from 'node:os';
import { writeToTerminal } from '../../platform/linux/own-terminal.ts';

/**
 * Signals whose default is the end, and that a program can hear of when they are sent: Ctrl-\ is SIGQUIT, a limit of
 * processor time SIGXCPU. Left out are those that end a run in order (real-context.ts), SIGKILL, and those that say that the
 * program itself is broken: a handler for SIGSEGV would return to what is broken, for ever.
 */
const ENDS = [
  'SIGQUIT',
  'SIGABRT',
  'SIGALRM',
  'SIGVTALRM',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGIO',
  'SIGPWR',
  'SIGSTKFLT',
  'SIGSYS',
  'SIGTRAP',
] as const;

/**
 * Writes `text` to the terminal that is stdout when the program is suspended (Ctrl-Z), when a signal ends it, when it is made to
 * exit, or ends by a bug; then what was to happen happens. Each time `leaving` is called before, which may undo more than text can.
 * `resumed` is called when it goes on. Returns what lets go of the terminal.
 */
export function guardTerminal(text: string, resumed: () => void, leaving: () => void = () => {}): () => void {
  const restore = (): void => {
    leaving();
    writeToTerminal(text);
  };
  const suspend = (): void => {
    restore();
    process.kill(process.pid, 'SIGSTOP');
    // here it goes on after SIGCONT, before any timer can draw
    resumed();
  };
  const end = (name: NodeJS.Signals): void => {
    restore();
    release();
    // with the default action again: who waits for this process sees what ended it
    process.removeAllListeners(name);
    process.kill(process.pid, name);
    // the first process of a container does not die of it
    process.exit(128 + constants.signals[name]);
  };
  const ends = ENDS.filter((name) => name in constants.signals);
  const release = (): void => {
    process.off('SIGTSTP', suspend).off('exit', restore);
    for (const name of ends) process.off(name, end);
  };
  process.on('SIGTSTP', suspend);
  // before others, one of which may leave at once
  process.prependListener('exit', restore);
  for (const name of ends) process.on(name, end);
  return release;
}
