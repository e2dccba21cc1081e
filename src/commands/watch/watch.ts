import { screenCommand } from '../listing/command.ts';
import { watchOptions } from './watch-options.ts';

/** `netwatch watch`: the screen. */
export const watch = screenCommand({
  name: 'watch',
  about: 'a screen of connections, interfaces and the health of the network',
  details: [
    'Shows on the whole terminal what the other commands print, and keeps it current. Press ? for the keys; y copies the netwatch command that prints the rows of a list. Without root it shows what may be seen, and ? says what is missing and the command that grants it.',
  ],
  operands: '',
  operandChoices: [],
  options: watchOptions,
  examples: [
    { line: 'netwatch watch', about: 'this machine, until q' },
    { line: 'netwatch watch --tab connections -f "process == curl"', about: 'what curl is connected to' },
  ],
  async show(context, values) {
    const { noTerminal, runWatch } = await import('./run-watch.ts');
    if (!context.terminal.stdoutIsTerminal || process.stdin.isTTY !== true) throw noTerminal();
    return runWatch(context, values);
  },
});
