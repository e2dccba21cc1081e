import { EventEmitter } from 'node:events';
import { render, Text, Transform } from 'ink';
import { Component, createElement, type ReactNode } from 'react';
import type { DialogProps } from './ink-dialog.ts';

/** The Ink app that holds the screen. */
export interface InkScreen {
  /** Shows lines, with a dialog over some of them: Ink commits one frame, at once. */
  show(lines: readonly string[], dialog?: PlacedDialog | null): void;
  /** Ends it; resolves when Ink has let go. */
  close(): Promise<void>;
}

/** A dialog, and which of the lines it covers. Ink draws it again only when `content` is another object. */
export interface PlacedDialog {
  readonly content: DialogProps;
  readonly row: number;
  readonly hasColor: boolean;
  /** Whether its frames are drawn by characters of ASCII alone. */
  readonly isAscii: boolean;
}

/**
 * What stands for the lines in the tree of Ink; no dialog has a line of only this. It is ASCII: for any other text string-width
 * compiles an expression first, which took longer than all else of the first frame.
 */
const LINES = '~';

/**
 * Opens Ink over a facade of the terminal. Ink holds the tree, and each frame that it commits goes to `paint`. Stock Ink takes
 * 2.4 µs for each cell of a frame, whatever changed: 30 ms at 200×60. So all lines that are ready are one character to it, in a
 * frame of one column, and are put in its place here (0.2 ms). `failed` is told what a component threw.
 */
export function openInkScreen(paint: (lines: readonly string[]) => void, failed: (error: unknown) => void): InkScreen {
  /** The lines that are ready: all of them, or those above the dialog and those below it. */
  let ready: readonly (readonly string[])[] = [];
  let shown: PlacedDialog | null = null;
  let isOpen = true;
  const write = (frame: string): void => {
    // Ink's first frame, before it has anything to show, would wipe out what is on the screen
    if (!isOpen || ready.length === 0) return;
    let block = 0;
    paint(
      frame
        .split('\n')
        .flatMap((line) =>
          line === LINES ? (ready[block++] ?? []) : [shown === null ? line : dialogLine(line, shown)],
        ),
    );
  };
  const facade = facadeOf(write);
  const app = render(createElement(Boundary, { failed }, null), {
    stdout: facade as unknown as NodeJS.WriteStream,
    stdin: silentInput() as unknown as NodeJS.ReadStream,
    // one whole frame for each commit, without erase codes and without throttling
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const ended = app.waitUntilExit().catch(failed);
  const show = (...children: readonly ReactNode[]): void =>
    app.rerender(createElement(Boundary, { failed }, ...children));
  let Dialog: ((props: DialogProps) => ReactNode) | null = null;
  let loading: Promise<void> | null = null;
  let wanted: { readonly lines: readonly string[]; readonly dialog: PlacedDialog } | null = null;
  let drawn: { readonly content: DialogProps; readonly element: ReactNode } | null = null;
  /** The tree is that of lines alone. */
  let isPlain = false;

  const showLines = (lines: readonly string[]): void => {
    ready = [lines];
    // the tree would be the same: React and Ink took an eighth of an idle screen to find that out
    if (isPlain && isOpen) {
      paint(lines);
      return;
    }
    isPlain = true;
    shown = null;
    drawn = null;
    facade.columns = 1;
    show(createElement(Lines, { key: 'above' }));
  };
  const showDialog = (
    lines: readonly string[],
    dialog: PlacedDialog,
    Drawn: (props: DialogProps) => ReactNode,
  ): void => {
    const { content, row } = dialog;
    isPlain = false;
    ready = [lines.slice(0, row), lines.slice(row + content.height)];
    shown = dialog;
    facade.columns = content.width;
    if (drawn?.content !== content) drawn = { content, element: createElement(Drawn, { key: 'dialog', ...content }) };
    show(createElement(Lines, { key: 'above' }), drawn.element, createElement(Lines, { key: 'below' }));
  };
  return {
    show(lines, dialog = null) {
      wanted = dialog === null ? null : { lines, dialog };
      if (dialog === null) showLines(lines);
      else if (Dialog !== null) showDialog(lines, dialog, Dialog);
      else {
        // until it is loaded, the lines have the dialog in them
        showLines(lines);
        loading ??= import('./ink-dialog.ts').then(({ InkDialog }) => {
          Dialog = InkDialog;
          if (wanted !== null) showDialog(wanted.lines, wanted.dialog, InkDialog);
        }, failed);
      }
    },
    async close() {
      wanted = null;
      await loading;
      // what Ink paints at its end would stand in a terminal that was given back
      isOpen = false;
      app.unmount();
      await ended;
    },
  };
}

const FRAMES = /[\u2500-\u257f]/g;
const ACROSS = '─';
const DOWN = '│';

/** A line of a dialog, in the colours and characters that the terminal has. */
function dialogLine(line: string, { hasColor, isAscii }: PlacedDialog): string {
  const coloured = hasColor ? line : line.replace(SGR, '');
  if (!isAscii) return coloured;
  return coloured.replace(FRAMES, (drawn) => (drawn === ACROSS ? '-' : drawn === DOWN ? '|' : '+'));
}
const SGR = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, 'g');

/** The lines that are ready. A new function each time makes Ink commit, and the text that it measures never changes. */
function Lines(): ReactNode {
  return createElement(Transform, { transform: () => LINES }, createElement(Text, null, '.'));
}

interface BoundaryProps {
  readonly failed: (error: unknown) => void;
  readonly children?: ReactNode;
}

/** Whatever a component throws ends the screen in order, instead of the process. */
class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.failed(error);
  }

  override render(): ReactNode {
    return this.state.hasFailed ? null : this.props.children;
  }
}

/**
 * What Ink takes for the terminal: one column wide for lines, as wide as the terminal for a dialog. It never hears of a resize:
 * the next frame has the new size.
 */
const facadeOf = (write: (frame: string) => void): EventEmitter & { columns: number } =>
  Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: 1,
    rows: 24,
    write(frame: string) {
      write(frame);
      return true;
    },
  });

/** Keys are read by the terminal of the screen: two readers would take them from each other. */
const silentInput = (): EventEmitter =>
  Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => {},
    setEncoding: () => {},
    read: () => null,
    ref: () => {},
    unref: () => {},
    resume: () => {},
    pause: () => {},
  });
