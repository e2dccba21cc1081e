import { safeText } from '../../../core/output/safe-text.ts';
import { widthOf } from '../../../core/output/text-width.ts';
import { cell, line, type Piece, piece, twoSided } from '../../../core/screen/cells.ts';
import { paint } from '../../../core/screen/theme.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Model, Prompt } from '../model/model.ts';
import { PROMPT_USES } from '../model/prompt-uses.ts';

/** Candidates of Tab that are shown at once. */
const MOST_SHOWN = 5;
/** Columns before what is typed. */
const MARK = 3;
/** Columns of the cursor, which may stand on a wide character. */
const CURSOR = 2;

/** The line that is typed with what follows from it, and below it what is wrong with it, or what Tab offers. */
export function promptLines(model: Model, list: ListSpec | null): readonly string[] {
  const { theme } = model.settings;
  const prompt = model.prompt!;
  const { text, cursor, mark } = prompt;
  const use = PROMPT_USES[prompt.purpose];
  const status = use.status?.(model, list) ?? '';
  const room = model.width - MARK - CURSOR - (status === '' ? 0 : widthOf(status) + 2);
  const start = startOf(text, cursor, room);
  const at = String.fromCodePoint(text.codePointAt(cursor) ?? 0x20);
  const typed = [
    piece(` ${mark} `, 'key'),
    piece(text.slice(start, cursor)),
    piece(at, 'selected'),
    piece(text.slice(cursor + at.length)),
  ];
  const right = status === '' ? [] : [piece(` ${status} `, 'faint')];
  const taken = status === '' ? 0 : widthOf(status) + 2;
  return [line(theme, typed, model.width - taken) + line(theme, right, taken), underLine(model, prompt, start, list)];
}

/** Where what is shown begins, so that all from there to the cursor fits. */
function startOf(text: string, cursor: number, room: number): number {
  // more than so many units are never shown of it
  const from = Math.max(0, cursor - room * UNITS_A_COLUMN);
  let start = cursor;
  let used = 0;
  for (const { index, segment } of [...SEGMENTER.segment(text.slice(from, cursor))].reverse()) {
    used += widthOf(safeText(segment));
    if (used > room) break;
    start = from + index;
  }
  return start;
}
const UNITS_A_COLUMN = 8;
const SEGMENTER = new Intl.Segmenter();

function underLine(model: Model, prompt: Prompt, start: number, list: ListSpec | null): string {
  const { theme, texts } = model.settings;
  const { width } = model;
  const { text, cursor, error, offered } = prompt;
  if (offered !== null) {
    const none = [piece(`   ${texts.noCompletion}`, 'faint')];
    return line(
      theme,
      offered.candidates.length === 0 ? none : offeredPieces(offered.candidates, offered.index),
      width,
    );
  }
  const { from, candidates } = PROMPT_USES[prompt.purpose].complete?.(text, cursor, list, model) ?? {
    from: cursor,
    candidates: [],
  };
  const isOpen = from < cursor && !candidates.includes(text.slice(from, cursor));
  // a word that is being typed is no fault yet
  const isBegun = isOpen && candidates.length > 0 && error !== null && error.column >= from && error.column < cursor;
  if (error !== null && !isBegun) {
    const column = error.column < start ? -1 : widthOf(safeText(text.slice(start, error.column)));
    const place = column >= 0 && column < width - 4 ? `${' '.repeat(MARK + column)}^ ` : ' '.repeat(MARK);
    return paint(theme, 'bad', cell(atPlace(error.message, place, width), width, 'left', theme.glyphs.ellipsis));
  }
  return twoSided(theme, isOpen ? offeredPieces(candidates, -1) : [], [], width);
}

/** A message behind the mark of its place; before it where there is more room; alone where there is little anywhere. */
function atPlace(message: string, place: string, width: number): string {
  const room = width - place.length;
  if (message.length <= room || room >= LEAST_MESSAGE) return place + message;
  const before = place.length - MARK;
  return message.length <= before ? ` ${message.padStart(before - 1)}${place.slice(-2)}` : ' '.repeat(MARK) + message;
}
/** So much of a message is of use. */
const LEAST_MESSAGE = 40;

/** The candidates from the one that stands in the text. */
function offeredPieces(candidates: readonly string[], index: number): readonly Piece[] {
  const first = Math.max(0, Math.min(index, candidates.length - MOST_SHOWN));
  const shown = candidates.slice(first, first + MOST_SHOWN);
  const more = candidates.length - first - shown.length;
  return [
    piece('  '),
    ...shown.flatMap((one, at) => [piece(' '), piece(one, first + at === index ? 'selected' : 'faint')]),
    piece(more > 0 ? `  +${more}` : '', 'faint'),
  ];
}
