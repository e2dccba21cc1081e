import type { TextName } from '../texts/en.ts';
import type { Step } from './action.ts';
import type { ListSpec } from './list-spec.ts';
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
  readonly act: (model: Model, at: KeyPlace) => Step;
}

/** What a key finds. */
export interface KeyPlace {
  /** As `keyName` writes it. */
  readonly key: string;
  /** The list with the focus, and how many of its lines are shown; null where the tab has none. */
  readonly list: ListSpec | null;
  readonly height: number;
}
