import { EventEmitter } from 'node:events';
import { render, Text, Transform } from 'ink';
import { Component, createElement, type ReactNode } from 'react';

/** Lines are given to Ink as one private-use character each, which the facade replaces: see `paintLines`. */
const FIRST_HANDLE = 0xe000;
const HANDLE = /^[\ue000-\uf8ff]$/;

/** The Ink app that holds the screen. */
export interface InkScreen {
  /** Shows lines: Ink commits one frame, at once. */
  show(lines: readonly string[]): void;
  /** Ends it; resolves when Ink has let go. */
  close(): Promise<void>;
}

/** How wide a frame is to Ink while it has nothing but lines that are ready. */
const NARROW = 1;

/**
 * Opens Ink over a facade of the terminal. Ink lays the tree out, and each frame that it commits goes to `paint`. Stock Ink takes
 * 2.4 µs for each cell of a frame, whatever changed: 30 ms at 200×60. So a line that is ready is one character to it, which is
 * replaced here, and the frame is one column wide. `failed` is told what a component threw.
 */
export function openInkScreen(
  paint: (lines: readonly string[]) => void,
  failed: (error: unknown) => void,
): InkScreen {
  let ready: readonly string[] = [];
  const paintLines = (frame: string): void => {
    paint(
      frame.split('\n').map((line) => (HANDLE.test(line) ? (ready[line.charCodeAt(0) - FIRST_HANDLE] ?? '') : line)),
    );
  };
  const app = render(createElement(Boundary, { failed }, null), {
    stdout: facadeOf(paintLines) as unknown as NodeJS.WriteStream,
    stdin: silentInput() as unknown as NodeJS.ReadStream,
    // one whole frame for each commit, without erase codes and without throttling
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const ended = app.waitUntilExit().catch(failed);
  return {
    show(lines) {
      ready = lines;
      app.rerender(createElement(Boundary, { failed }, createElement(Lines, { count: lines.length })));
    },
    async close() {
      app.unmount();
      await ended;
    },
  };
}

/** The lines of a frame: measured by what stands for them, which never changes. */
function Lines({ count }: { readonly count: number }): ReactNode {
  const transform = (_text: string, index: number): string => String.fromCharCode(FIRST_HANDLE + index);
  return createElement(Transform, { transform }, createElement(Text, null, placeholder(count)));
}

const placeholders = new Map<number, string>();

function placeholder(count: number): string {
  let text = placeholders.get(count);
  if (text === undefined) {
    text = Array.from({ length: count }, () => '.').join('\n');
    placeholders.set(count, text);
  }
  return text;
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

/** What Ink takes for the terminal. It never hears of a resize: the next frame has the new size. */
const facadeOf = (write: (frame: string) => void): EventEmitter =>
  Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: NARROW,
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
