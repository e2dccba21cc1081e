import type { AnyRow } from '../../../core/record/table.ts';
import type { Piece } from '../../../core/screen/cells.ts';
import type { MouseInput } from '../../../core/screen/input.ts';
import type { TextName } from '../texts/en.ts';
import type { Step } from './action.ts';
import type { Binding } from './binding.ts';
import type { ListPlace, ListSpec } from './list-spec.ts';
import type { Model, TabName } from './model.ts';
import type { TableDialog } from './table-dialog.ts';

/** A tab as data. To add one, write its file and add a line to `all-tabs.ts`. */
export interface Tab {
  readonly name: TabName;
  readonly title: TextName;
  readonly shortTitle: TextName;
  /** Its lists, in the order in which Tab goes through them; the first has the focus at first. */
  readonly lists: readonly ListSpec[];
  /** What stands beside the title: counts, totals. */
  readonly headline: (model: Model) => readonly Piece[];
  /** Lines of exactly `width` columns, `height` of them. */
  readonly view: (model: Model, width: number, height: number) => readonly string[];
  /** Works out what it shows of all rows of a look, a step at a time, and keeps it; absent where lists are all of that. */
  readonly preparing?: (model: Model) => Generator<void, void>;
  /** Where the lines of a list are, so that keys and clicks know what is shown; null while it is not. */
  readonly place: (list: ListSpec, model: Model, width: number, height: number) => ListPlace | null;
  /** Keys of this tab, beside those of lists and those of every tab. */
  readonly keys: readonly Binding[];
  /** Keys that go before all others while the tab shows something that has keys of its own; null while it does not. */
  readonly modeKeys?: (model: Model) => readonly Binding[] | null;
  /** What a popup of tables shows of a row. Absent where the tab has none. */
  readonly dialog?: (model: Model, row: AnyRow) => TableDialog;
  /** What the mouse does where no list is; `row` and `column` are counted from the tab's first line and column. */
  readonly mouse?: (model: Model, input: MouseInput, at: TabPoint, width: number, height: number) => Step;
}

/** A place in a tab. */
export interface TabPoint {
  readonly row: number;
  readonly column: number;
}
