import type { ColorSupportLevel } from 'chalk';
import type { Tone } from '../record/field.ts';

/** Paints text for a terminal; every function returns its argument unchanged when there is no colour. */
export interface Palette {
  readonly heading: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly tone: (tone: Tone | null, text: string) => string;
}

/** How many colours to use: 0 none, 1 sixteen, 2 256, 3 millions (chalk's levels). */
export type ColorLevel = ColorSupportLevel;

/**
 * Decides on colour: the option first, then NETWATCH_COLOR, FORCE_COLOR, NO_COLOR, then whether it is a terminal that
 * can. Decided here once because chalk 5 does not honour NO_COLOR.
 */
export function chooseColorLevel(
  option: 'auto' | 'always' | 'never',
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): ColorLevel {
  const asked = option === 'auto' ? (env.NETWATCH_COLOR ?? 'auto') : option;
  if (asked === 'always') return terminalLevel(env) || 1;
  if (asked === 'never') return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0;
    return forced === '2' ? 2 : forced === '3' ? 3 : terminalLevel(env) || 1;
  }
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  return isTerminal ? terminalLevel(env) : 0;
}

function terminalLevel(env: Readonly<Record<string, string | undefined>>): ColorLevel {
  const term = env.TERM ?? '';
  if (term === '' || term === 'dumb') return 0;
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 3;
  return term.includes('256') ? 2 : 1;
}

/** The palette of a level. chalk is loaded here: only tables are painted. */
export async function openPalette(level: ColorLevel): Promise<Palette> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  const tones: Record<Tone, (text: string) => string> = {
    good: chalk.green,
    notice: chalk.yellow,
    busy: chalk.cyan,
    bad: chalk.red,
    faint: chalk.dim,
  };
  return {
    heading: chalk.bold,
    strong: chalk.bold,
    faint: chalk.dim,
    tone: (tone, text) => (tone === null ? text : tones[tone](text)),
  };
}
