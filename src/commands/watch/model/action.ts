import type { Input } from '../../../core/screen/input.ts';
import type { Effect } from './effect.ts';
import type { Machine } from './machine.ts';
import type { Model, Step } from './model.ts';

/** What may happen. */
export type Action =
  | { readonly type: 'input'; readonly input: Input }
  | { readonly type: 'resize'; readonly width: number; readonly height: number }
  | { readonly type: 'machine'; readonly machine: Machine }
  | { readonly type: 'notice'; readonly text: string; readonly isWrong: boolean }
  | { readonly type: 'time' };

export type { Effect } from './effect.ts';
export type { Step } from './model.ts';

export const step = (model: Model, ...effects: readonly Effect[]): Step => ({ model, effects });
