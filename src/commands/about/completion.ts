import { usageError } from '../../core/failure.ts';
import { bashCompletion } from '../docs/completion-bash.ts';
import { fishCompletion } from '../docs/completion-fish.ts';
import { zshCompletion } from '../docs/completion-zsh.ts';
import { textCommand } from '../listing/command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `netwatch completion bash`: the completion script of a shell. */
export const completion = textCommand({
  name: 'completion',
  about: 'the completion script for bash, zsh or fish',
  details: [
    'The script is made from the same description of commands, options and fields as the help and the man pages. Pressing TAB does not start netwatch.',
  ],
  readsSettings: false,
  operands: 'bash|zsh|fish',
  operandChoices: SHELLS,
  options: {},
  examples: [
    { line: 'source <(netwatch completion bash)', about: 'in ~/.bashrc' },
    { line: 'netwatch completion zsh > ~/.zfunc/_netwatch', about: 'a folder in $fpath' },
    { line: 'netwatch completion fish > ~/.config/fish/completions/netwatch.fish', about: 'for fish' },
  ],
  async print(_context, _values, operands, commands) {
    switch (operands[0]) {
      case 'bash':
        return bashCompletion(commands);
      case 'zsh':
        return zshCompletion(commands);
      case 'fish':
        return fishCompletion(commands);
      default:
        throw usageError(`unknown shell "${operands[0] ?? ''}"`, { hint: `netwatch completion ${SHELLS.join('|')}` });
    }
  },
});
