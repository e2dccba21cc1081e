import { screenCommand } from '../listing/command.ts';
import { noTerminal, whyUnable } from './no-terminal.ts';
import { comeToForeground } from './terminal/foreground.ts';
import { openKeyboard } from './terminal/keyboard.ts';
import { watchOptions } from './watch-options.ts';

/** `netwatch watch`: the screen. */
export const watch = screenCommand({
  name: 'watch',
  about: 'a screen of connections, interfaces and the health of the network',
  details: [
    'Shows on the whole terminal what the other commands print, and keeps it current. Press ? for the keys; y copies the netwatch command that prints the rows of a list. Without root it shows what may be seen, and ? says what is missing and the command that grants it.',
    'With --read it shows a capture: its connections, statistics, findings and their times. What only a machine can tell (interfaces, health, processes that the capture does not name) is not there, and its place says so. The keys > and < read it faster and slower, p stops and goes on, . reads one packet, R begins again. A capture that is damaged or cut short is shown as far as it can be read.',
    'The screen speaks English, German or Chinese, as the locale says or --lang. Names of fields, of protocols and of keys are the same in all of them. Where the locale is not UTF-8, nothing but ASCII is sent.',
    'Every option can be set in the configuration file, for this command alone in the object watch.',
  ],
  operands: '',
  operandChoices: [],
  options: watchOptions,
  examples: [
    { line: 'netwatch watch', about: 'this machine, until q' },
    { line: 'netwatch watch -r monday.pcap --pace 10', about: 'a capture, ten times as fast as it was recorded' },
    { line: 'netwatch watch --lite', about: 'over a slow line' },
    { line: 'netwatch watch --tab connections -f "process == curl"', about: 'what curl is connected to' },
  ],
  async show(context, values) {
    const keyboard = context.terminal.stdoutIsTerminal ? openKeyboard(values.read === '-') : null;
    if (keyboard === null) throw noTerminal(values, 'none');
    const unable = whyUnable(context.env.TERM);
    if (unable !== null) throw noTerminal(values, unable);
    if (!(await comeToForeground(context.clock))) throw noTerminal(values, 'taken');
    const { runWatch } = await import('./run-watch.ts');
    try {
      return await runWatch(context, values, keyboard);
    } finally {
      if (keyboard !== process.stdin) keyboard.destroy();
    }
  },
});
