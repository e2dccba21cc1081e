// usage: compare-rows STEPS: plays what the screen writes during random steps into a terminal, and compares each row with the
// line that it should show. Now and then it compares every cell, with its colours, with a terminal that is drawn anew. Prints
// JSON: how many rows were compared, how many of them were wrong, and the first of these.
import xterm from '@xterm/headless';
import { ENTER } from '../../../src/commands/watch/terminal/terminal-modes.ts';
import { FrameWriter } from '../../../src/core/screen/frame-writer.ts';
import { CAPTURE, FixedScreen } from './fixed-screen.ts';
import { RandomSteps } from './random-steps.ts';

const CONNECTIONS = 300;
const SEED = 20;
/** Cells are compared each so many steps. */
const CELLS_EACH = 50;
const SGR = /\x1b\[[\d;]*m/g;

const open = (width: number, height: number): xterm.Terminal =>
  new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 0 });
const write = (terminal: xterm.Terminal, text: string): Promise<void> =>
  new Promise((resolve) => terminal.write(text, resolve));

const rowOf = (terminal: xterm.Terminal, row: number): string =>
  terminal.buffer.active.getLine(row)!.translateToString(true).trimEnd();

/** Each cell of a row: its characters, colours and styles. */
function cellsOf(terminal: xterm.Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(row)!;
  let all = '';
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line.getCell(column)!;
    const styles = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isInverse()];
    // a space that nobody wrote looks like one that was
    const chars = cell.getChars() === '' ? ' ' : cell.getChars();
    all += `${chars}${cell.getFgColorMode()}.${cell.getFgColor()}.${cell.getBgColorMode()}.${cell.getBgColor()}.${styles.map(Number).join('')} `;
  }
  return all;
}

const steps = Number(process.argv[2]);
const screen = new FixedScreen(CONNECTIONS, 80, 24);
await screen.capture(CAPTURE);
const random = new RandomSteps(SEED);
const terminal = open(80, 24);
await write(terminal, ENTER);
let rows = 0;
let wrong = 0;
let first: unknown = null;
for (let step = 0; step < steps; step++) {
  random.step(screen);
  const { width, height } = screen.model;
  if (terminal.cols !== width || terminal.rows !== height) terminal.resize(width, height);
  // what was loaded or searched meanwhile has painted too
  if (step % 10 === 0) await screen.pass(20);
  const bytes = screen.taken() + screen.frame();
  // a dialog that is loaded while the terminal draws belongs to the next step
  const { lines } = screen;
  await write(terminal, bytes);
  const isWhole = step % CELLS_EACH === 0;
  const anew = isWhole ? open(width, height) : null;
  if (anew !== null) await write(anew, ENTER + new FrameWriter().update(lines, width, height));
  for (let row = 0; row < height; row++) {
    rows++;
    const wanted = (lines[row] ?? '').replace(SGR, '').trimEnd();
    const shown = rowOf(terminal, row);
    const isRight = shown === wanted && (anew === null || cellsOf(terminal, row) === cellsOf(anew, row));
    if (isRight) continue;
    wrong++;
    first ??= { step, row, tab: screen.model.tab, width, height, wanted, shown };
  }
  anew?.dispose();
}
await screen.close();
process.stdout.write(JSON.stringify({ rows, wrong, first }));
