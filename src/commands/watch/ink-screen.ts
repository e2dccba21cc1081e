import { EventEmitter } from 'node:events';
import { render, Text, Transform } from 'ink';
import { Component, createElement, type ReactNode } from 'react';

/** The Ink app that holds the screen. */
export interface InkScreen {
  /** Shows lines: Ink commits one frame, at once. */
  show(lines: readonly string[]): void;
  /** Ends it; resolves when Ink has let go. */
  close(): Promise<void>;
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
  let ready: readonly string[] = [];
  const write = (frame: string): void => paint(frame.split('\n').flatMap((line) => (line === LINES ? ready : [line])));
  const app = render(createElement(Boundary, { failed }, null), {
    stdout: facadeOf(write) as unknown as NodeJS.WriteStream,
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
      app.rerender(createElement(Boundary, { failed }, createElement(Lines)));
    },
    async close() {
      app.unmount();
      await ended;
    },
  };
}

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

/** What Ink takes for the terminal. It never hears of a resize: the next frame has the new size. */
const facadeOf = (write: (frame: string) => void): EventEmitter =>
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
