import type { Input } from '../../../core/screen/input.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import type { Pace, Replay } from './replay.ts';

/** What may happen. */
export type Action =
  | { readonly type: 'input'; readonly input: Input }
  | { readonly type: 'resize'; readonly width: number; readonly height: number }
  | { readonly type: 'machine'; readonly machine: Machine }
  | { readonly type: 'replay'; readonly machine: Machine; readonly replay: Replay }
  /** More is known of rows that are shown. */
  | { readonly type: 'known'; readonly fill: (machine: Machine) => Machine }
  | { readonly type: 'notice'; readonly text: string; readonly isWrong: boolean }
  | { readonly type: 'time' };

/** What the screen asks for, which `update` cannot do itself. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'refresh' }
  | { readonly type: 'analyse' }
  /** A capture goes on at a pace, or stops; one packet of it is read; it is read from its start. */
  | { readonly type: 'pace'; readonly pace: Pace; readonly isStopped: boolean }
  | { readonly type: 'step' }
  | { readonly type: 'again'; readonly pace: Pace }
  /** Rows are to have names of addresses, and places. */
  | { readonly type: 'facts'; readonly names: boolean; readonly places: boolean }
  | { readonly type: 'mouse'; readonly isOn: boolean }
  | { readonly type: 'copy'; readonly text: string };

/** The next model, and what is asked for. */
export interface Step {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

export const step = (model: Model, ...effects: readonly Effect[]): Step => ({ model, effects });
