import { EXIT, Failure, messageOf } from '../core/failure.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Defaults } from './arguments.ts';
import { everyOption } from './arguments.ts';
import type { Command } from './command.ts';

/** What a configuration file may not set: it would hide what the user typed, or loop. */
const NOT_SETTABLE = new Set(['help', 'version', 'config']);

/**
 * Reads a configuration file: a JSON object whose keys are long option names (for every command that has them) or command
 * names holding such an object. Returns the defaults for one command. Throws Failure 78 that names the file and key.
 */
export function parseSettings(json: string, file: string, command: Command, commands: readonly Command[]): Defaults {
  const settings = asObject(parseJson(json, file), file);
  const known = new Set(commands.flatMap((one) => Object.keys(everyOption(one))));
  const own = everyOption(command);
  const defaults: Record<string, string> = {};
  const take = (from: Readonly<Record<string, unknown>>, of: string, allowed: ReadonlySet<string>): void => {
    for (const [name, value] of Object.entries(from)) {
      if (NOT_SETTABLE.has(name) || !allowed.has(name)) throw unknownKey(file, of + name, name, allowed);
      if (Object.hasOwn(own, name)) defaults[name] = asText(value, file, of + name);
    }
  };
  // `fields` is an option and a command: what holds an object is the command's
  const isPart = ([key, value]: readonly [string, unknown]): boolean =>
    isObject(value) && commands.some((one) => one.name === key);
  const entries = Object.entries(settings);
  take(Object.fromEntries(entries.filter((entry) => !isPart(entry))), '', known);
  for (const [key, part] of entries.filter(isPart)) {
    const of = commands.find((one) => one.name === key) ?? command;
    const allowed = new Set(Object.keys(everyOption(of)));
    if (of === command) take(asObject(part, key), `${key}.`, allowed);
    for (const name of Object.keys(asObject(part, key)))
      if (!allowed.has(name)) throw unknownKey(file, `${key}.${name}`, name, allowed);
  }
  return { file, values: defaults };
}

function parseJson(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Failure(EXIT.config, `${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new Failure(EXIT.config, `${where} is not a JSON object`);
}

function asText(value: unknown, file: string, key: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Failure(EXIT.config, `${file}: ${key} is neither a text, a number, true, false nor a list of texts`);
}

function unknownKey(file: string, path: string, name: string, allowed: ReadonlySet<string>): Failure {
  const names = [...allowed].filter((one) => !NOT_SETTABLE.has(one));
  return new Failure(EXIT.config, `${file}: unknown setting "${path}"`, {
    hint: didYouMean(name, names, 'settings are long option names; see netwatch(1)'),
  });
}
