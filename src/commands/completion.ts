import { usageError } from '../core/failure.ts';
import { textCommand } from './command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `netwatch completion bash`: the completion script of a shell. */
export const completion = textCommand({
  name: 'completion',
  about: 'the completion script of bash, zsh or fish',
  details: [
    'Made from the same description of commands, options and fields as help and the man pages; pressing TAB starts no netwatch.',
  ],
  operands: 'bash|zsh|fish',
  operandChoices: SHELLS,
  options: {},
  examples: [
    { line: 'source <(netwatch completion bash)', about: 'in ~/.bashrc' },
    { line: 'netwatch completion zsh > ~/.zfunc/_netwatch', about: 'a folder in $fpath' },
    { line: 'netwatch completion fish > ~/.config/fish/completions/netwatch.fish', about: 'for fish' },
  ],
  async print(_context, _values, operands) {
    // imported here because the registry imports this file
    const { COMMANDS } = await import('./registry.ts');
    switch (operands[0]) {
      case 'bash':
        return (await import('./docs/completion-bash.ts')).bashCompletion(COMMANDS);
      case 'zsh':
        return (await import('./docs/completion-zsh.ts')).zshCompletion(COMMANDS);
      case 'fish':
        return (await import('./docs/completion-fish.ts')).fishCompletion(COMMANDS);
      default:
        throw usageError(`unknown shell "${operands[0] ?? ''}"`, { hint: `netwatch completion ${SHELLS.join('|')}` });
    }
  },
});
