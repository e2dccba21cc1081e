import { EXIT, Failure } from '../../core/failure.ts';
import type { Defaults } from './arguments.ts';

/**
 * The error to throw in place of the error of a run. If the wrong expression was not typed but came from the
 * configuration, it is a configuration error. The contents of a secret file are never quoted, whatever the error is
 * about.
 */
export function fromSettings(error: unknown, defaults: Defaults | null): unknown {
  if (defaults === null || !(error instanceof Failure)) return error;
  const { file, values, places, isSecret } = defaults;
  if (isSecret && quotes(error, Object.values(values))) {
    return new Failure(error.exit, `${file} sets something that is not possible, and is not shown`, {
      hint: `you may not read ${file}: use --config none to run without it`,
    });
  }
  const { message, place, hint } = error;
  if (error.exit !== EXIT.usage || place === null) return error;
  const [name] = Object.entries(values).find(([, value]) => value === place.text) ?? [];
  return name === undefined ? error : new Failure(EXIT.config, `${file}: ${places[name]}: ${message}`, { place, hint });
}

/** Whether an error contains a word of one of the values. */
function quotes({ message, hint, place }: Failure, values: readonly string[]): boolean {
  const said = `${message}\n${hint ?? ''}\n${place?.text ?? ''}`;
  return values.some((value) => value.split(/[^\w.:-]+/).some((word) => word !== '' && said.includes(word)));
}
