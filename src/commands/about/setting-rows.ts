import type { SettingRow } from '../../core/record/tables/setting.ts';
import { everyOption, readArguments } from '../arguments/arguments.ts';
import { NOT_SETTABLE, parseSettings } from '../arguments/settings.ts';
import type { SettingsFile } from '../arguments/settings-file.ts';
import type { Context } from '../context/context.ts';
import type { Command } from '../listing/command.ts';

/** The options that were typed, and apply to every command. */
export interface Typed {
  readonly config: string | null;
  readonly color: string | null;
  readonly lang: string | null;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

type Setting = Omit<SettingRow, 'name' | 'commands'>;

/**
 * Every setting of `commands`: a row for each value that it has, with the commands for which it holds. Throws Failure 78 for a
 * file with a setting that is unknown or wrong.
 */
export function settingRows(
  commands: readonly Command[],
  all: readonly Command[],
  from: SettingsFile | null,
  typed: Typed,
  env: Context['env'],
): readonly SettingRow[] {
  const rows = new Map<string, SettingRow & { readonly commands: string[] }>();
  const add = (name: string, command: string, one: Setting): void => {
    const key = JSON.stringify([name, one.value, one.source, one.origin, one.place]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { name, ...one, commands: [command] });
    else row.commands.push(command);
  };
  // text commands read no file, so that a broken one cannot take the completion away
  for (const command of commands.filter(({ kind }) => kind !== 'text')) {
    const defaults = from === null ? null : parseSettings(from, command, all);
    if (defaults !== null) readArguments(command, true, [], defaults);
    add('config', command.name, fileItself(from, typed.config, env));
    for (const [name, { absent, hidden }] of Object.entries(everyOption(command))) {
      if (NOT_SETTABLE.has(name) || hidden) continue;
      const own = defaults?.values[name];
      const usual = {
        value: absent === null ? null : String(absent),
        source: 'default',
        origin: null,
        place: null,
      } as const;
      const set: Setting =
        defaults === null || own === undefined
          ? usual
          : {
              value: defaults.isSecret ? null : own,
              source: 'file',
              origin: defaults.file,
              place: defaults.places[name] ?? null,
            };
      add(name, command.name, typedOf(name, typed) ?? (name === 'color' ? colorOf(set, env) : set));
    }
  }
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function typedOf(name: string, typed: Typed): Setting | null {
  const value = Object.hasOwn(typed, name) ? typed[name as keyof Typed] : null;
  if (value === null || value === false) return null;
  return { value: String(value), source: 'option', origin: `--${name}`, place: null };
}

/** Which file is read, and why that one. */
function fileItself(from: SettingsFile | null, named: string | null, env: Context['env']): Setting {
  const value = from?.file ?? null;
  if (named !== null) return { value: value ?? named, source: 'option', origin: '--config', place: null };
  const variable = env.NETWATCH_CONFIG || null;
  if (variable !== null) return fromVariable('NETWATCH_CONFIG', value ?? variable);
  return { value, source: 'default', origin: null, place: null };
}

/** Where colour is left open, variables decide, in this order. */
function colorOf(set: Setting, env: Context['env']): Setting {
  if (set.source === 'file' && set.value !== 'auto') return set;
  const { NETWATCH_COLOR: own, FORCE_COLOR: forced, NO_COLOR: refused } = env;
  if (own === 'always' || own === 'never') return fromVariable('NETWATCH_COLOR', own);
  if (forced !== undefined)
    return fromVariable('FORCE_COLOR', forced === '0' || forced === 'false' ? 'never' : 'always');
  if (refused !== undefined && refused !== '') return fromVariable('NO_COLOR', 'never');
  return { ...set, value: 'auto' };
}

const fromVariable = (origin: string, value: string): Setting => ({
  value,
  source: 'environment',
  origin,
  place: null,
});
