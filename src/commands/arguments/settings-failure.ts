import { EXIT, Failure } from '../../core/failure.ts';
import type { Defaults } from './arguments.ts';

/**
 * What is thrown in place of the error of a run: an expression that was not typed but came from the configuration is an
 * error of that, and what a secret file says is not quoted, whatever the error is about.
 */
export function fromSettings(error: unknown, defaults: Defaults | null): unknown {
  if (defaults === null || !(error instanceof Failure)) return error;
  const { file, values, places, isSecret } = defaults;
  if (isSecret && quotes(error, Object.values(values))) {
    return new Failure(error.exit, `${file}: what it sets cannot be done, and is not shown`, {
      hint: `${file} is not yours to read: --config none does without`,
    });
  }
  const { message, place, hint } = error;
  if (error.exit !== EXIT.usage || place === null) return error;
  const [name] = Object.entries(values).find(([, value]) => value === place.text) ?? [];
  return name === undefined ? error : new Failure(EXIT.config, `${file}: ${places[name]}: ${message}`, { place, hint });
}

/** Whether an error holds a word of one of the values. */
function quotes({ message, hint, place }: Failure, values: readonly string[]): boolean {
  const said = `${message}\n${hint ?? ''}\n${place?.text ?? ''}`;
  return values.some((value) => value.split(/[^\w.:-]+/).some((word) => word !== '' && said.includes(word)));
}
