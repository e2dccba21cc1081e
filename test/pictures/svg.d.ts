import type { Terminal } from '@xterm/headless';

/** See svg.js. */
export interface Cell {
  readonly text: string;
  readonly color: string;
  readonly background: string;
  readonly isBold: boolean;
  readonly isUnderlined: boolean;
}
export function cellsOf(terminal: Terminal): readonly (readonly (Cell | null)[])[];
export function svgOf(rows: readonly (readonly (Cell | null)[])[], title: string, description: string): string;
