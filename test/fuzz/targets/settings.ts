import { everyOption, readArguments } from '../../../src/commands/arguments/arguments.ts';
import { parseSettings } from '../../../src/commands/arguments/settings.ts';
import { errorLines } from '../../../src/commands/program/error-report.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { Failure } from '../../../src/core/failure.ts';
import { Broken } from '../finding.ts';
import { mutateText } from '../mutate-text.ts';
import { type Target, textOf, textPiece } from '../target.ts';

const SAMPLES = [
  '{"color": "never", "quiet": true, "limit": 5, "conns": {"sort": "rx_rate:desc", "fields": ["proto", "state"]}}',
  '{"probe": {"timeout": "2s", "fail-on": "loss_pct > 5"}, "interval": 1, "output": "ndjson", "filter": "tcp"}',
  '{"capture": {"snaplen": 96, "sandbox": "off"}, "lang": "de", "fields": {"verbose": true}}',
  '{}',
];
const CONTRACT = new Set<number>([64, 78]);

/** Configuration files. Number: for which command one is read. */
export const settings: Target = {
  name: 'settings',
  share: 600,
  open() {
    const names = COMMANDS.flatMap((command) => [command.name, ...Object.keys(everyOption(command))]);
    const words = [
      ...names.map((name) => `"${name}":`),
      '{',
      '}',
      '[',
      ']',
      ',',
      'null',
      '1e999',
      '"__proto__":',
      '"constructor":',
      '"toString":',
      '"all"',
      '[[]]',
    ];
    return {
      make: (prng) => ({
        form: 'text',
        numbers: [prng.below(COMMANDS.length)],
        pieces: [textPiece(mutateText(prng, prng.of(SAMPLES), words))],
      }),
      run({ numbers: [which = 0], pieces: [first] }) {
        if (first === undefined) return;
        const command = COMMANDS[which]!;
        try {
          readArguments(
            command,
            true,
            [],
            parseSettings({ file: 'config.json', json: textOf(first), isSecret: false }, command, COMMANDS),
          );
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          if (!CONTRACT.has(error.exit)) throw new Broken(`status ${error.exit} for a configuration`);
          errorLines(error, false);
        }
      },
    };
  },
};
