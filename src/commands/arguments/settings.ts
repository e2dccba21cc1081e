import { EXIT, Failure } from '../../core/failure.ts';
import { formatPlace, type JsonPlaces, placesOf } from '../../core/json-places.ts';
import { didYouMean } from '../../core/suggest.ts';
import { type Command, membersOf } from '../listing/command.ts';
import type { Defaults } from './arguments.ts';
import { everyOption } from './arguments.ts';
import type { SettingsFile } from './settings-file.ts';

/** Options that a configuration file may not set: they would hide what the user typed, or loop. */
export const NOT_SETTABLE = new Set(['help', 'version', 'config']);

/**
 * Reads a configuration file: a JSON object whose keys are long option names (for every command that has them) or
 * command names holding such an object. Returns the defaults for one command. Throws Failure 78 that names the file,
 * the place and, unless the file is secret, the key.
 */
export function parseSettings(from: SettingsFile, command: Command, commands: readonly Command[]): Defaults {
  const { file, json, isSecret } = from;
  const settings = asObject(parseJson(json, file), file);
  const { keys }: JsonPlaces = placesOf(json);
  const known = new Set(commands.flatMap((one) => Object.keys(everyOption(one))));
  const own = everyOption(command);
  const values: Record<string, string> = {};
  const places: Record<string, string> = {};
  const placeOf = (path: string): string => formatPlace(keys.get(path) ?? FIRST);
  const unknown = (path: string, name: string, allowed: ReadonlySet<string>): Failure => {
    const names = [...allowed].filter((one) => !NOT_SETTABLE.has(one));
    const what = isSecret ? 'unknown setting' : `unknown setting "${path}"`;
    const hint = isSecret ? GENERAL_HINT : didYouMean(name, names, GENERAL_HINT);
    return new Failure(EXIT.config, `${file}: ${placeOf(path)}: ${what}`, { hint });
  };
  const take = (part: Readonly<Record<string, unknown>>, of: string, allowed: ReadonlySet<string>): void => {
    for (const [name, value] of Object.entries(part)) {
      const path = of + name;
      if (NOT_SETTABLE.has(name) || !allowed.has(name)) throw unknown(path, name, allowed);
      if (!Object.hasOwn(own, name)) continue;
      values[name] = asText(value, `${file}: ${placeOf(path)}: ${path}`);
      places[name] = placeOf(path);
    }
  };
  /** A part is of one command, or of all of a group. */
  const optionsOf = (name: string): ReadonlySet<string> =>
    new Set([name, ...membersOf(name, commands).map((one) => one.name)].flatMap(namesOf));
  const namesOf = (name: string): readonly string[] =>
    commands.filter((one) => one.name === name).flatMap((one) => Object.keys(everyOption(one)));
  // `fields` is an option and a command: what holds an object is the command's
  const isPart = ([key, value]: readonly [string, unknown]): boolean =>
    isObject(value) && commands.some((one) => one.name === key);
  const entries = Object.entries(settings);
  take(Object.fromEntries(entries.filter((entry) => !isPart(entry))), '', known);
  for (const [key, part] of entries.filter(isPart)) {
    const allowed = optionsOf(key);
    if (key === command.name || command.name.startsWith(`${key} `)) take(asObject(part, key), `${key}.`, allowed);
    for (const name of Object.keys(asObject(part, key)))
      if (!allowed.has(name)) throw unknown(`${key}.${name}`, name, allowed);
  }
  return { file, values, places, isSecret };
}

const FIRST = { line: 1, column: 1 };
const GENERAL_HINT = 'settings are long option names; see netwatch(1)';

/** Hides the message of JSON.parse, because it quotes the text. */
function parseJson(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Failure(EXIT.config, `${file} is not JSON: ${formatPlace(placesOf(json).fault ?? FIRST)}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new Failure(EXIT.config, `${where} is not a JSON object`);
}

function asText(value: unknown, where: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Failure(EXIT.config, `${where} is neither a text, a number, true, false nor a list of texts`);
}
