import { widthOf } from '../../../core/output/text-width.ts';
import { blank, cell } from '../../../core/screen/cells.ts';
import { paint, type Role, type Theme } from '../../../core/screen/theme.ts';

/** A box of three lines in a frame. */
export const BOX = 5;

/** Boxes below each other, and what the edges at their middles say. */
export interface Stack {
  readonly lines: readonly string[];
  readonly labels: ReadonlyMap<number, string>;
}

/** Three lines in a frame, in the colour of `role`. */
export function box(
  theme: Theme,
  texts: readonly (readonly [string, Role | null])[],
  width: number,
  role: Role,
): readonly string[] {
  const [topLeft, topRight, bottomLeft, bottomRight] = theme.glyphs.corners;
  const { horizontal, vertical } = theme.glyphs;
  const side = paint(theme, role, vertical);
  const across = horizontal.repeat(Math.max(0, width - 2));
  return [
    paint(theme, role, topLeft + across + topRight),
    ...texts.map(
      ([text, own]) => `${side} ${paint(theme, own, cell(text, width - 4, 'left', theme.glyphs.ellipsis))} ${side}`,
    ),
    paint(theme, role, bottomLeft + across + bottomRight),
  ];
}

/** An edge from one box to another, with a label; blank without. */
export function edge(theme: Theme, label: string | null, width: number): string {
  if (label === null) return blank(width);
  const { horizontal } = theme.glyphs;
  const text = label === '' ? '' : ` ${label} `;
  if (widthOf(text) > width) return paint(theme, 'frame', horizontal.repeat(width));
  const before = Math.floor((width - widthOf(text)) / 2);
  return (
    paint(theme, 'frame', horizontal.repeat(before)) +
    text +
    paint(theme, 'frame', horizontal.repeat(width - before - widthOf(text)))
  );
}
