import type { TextName } from '../texts/en.ts';
import type { Step } from './action.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';
import type { Model } from './model.ts';

/** A key, what it does, and what help and footer say of it: written once. */
export interface Binding {
  /** The keys as `keyName` writes them; any of them does it. */
  readonly keys: readonly string[];
  /** How the keys are written for people: `↑↓`. */
  readonly shown: string;
  readonly label: TextName;
  readonly help: TextName;
  /** Where the footer has it: those with the lowest number stay where there is little room; null for only in help. */
  readonly footer: number | null;
  /** Where the first line of the footer has it, behind the keys of the tab; absent for nowhere. */
  readonly extra?: number;
  /** Whether it does something to a list as it is; absent for to every list. */
  readonly serves?: (list: ListSpec, state: ListState) => boolean;
  readonly act: (model: Model, at: KeyPlace) => Step;
}

/** What a key finds; `width` is 0 where no columns are shown. */
export interface KeyPlace {
  /** As `keyName` writes it. */
  readonly key: string;
  /** The list with the focus, and how many of its lines are shown; null where the tab has none. */
  readonly list: ListSpec | null;
  readonly height: number;
  readonly width: number;
}
