// What a terminal shows, as SVG: text stays text, in runs that are as wide as their cells whatever font there is; frames, bars
// and shades are drawn, so that they meet. The picture has its own background, and reads on a light page and on a dark one.

const CELL = { width: 8, height: 18, baseline: 13 };
const PADDING = 12;
const FONT_SIZE = 13.3;
const BACKGROUND = '#11161d';
const FOREGROUND = '#d5dbe3';
const EDGE = '#3d444d';
/** The 16 colours of the terminal. */
const PALETTE = [
  ...['#484f58', '#ff7b72', '#56d364', '#e3b341', '#58a6ff', '#bc8cff', '#39c5cf', '#c9d1d9'],
  ...['#6e7681', '#ffa198', '#7ee787', '#f2cc60', '#79c0ff', '#d2a8ff', '#76e3ea', '#f0f6fc'],
];
/** How much of its colour faint text keeps. */
const FAINT = 0.6;

/** The cells of an @xterm/headless terminal, row by row: `{ text, color, background, isBold, isUnderlined }`, null for the right half of a wide character. */
export function cellsOf(terminal) {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(row);
    return Array.from({ length: terminal.cols }, (_, column) => cellOf(line.getCell(column)));
  });
}

function cellOf(cell) {
  if (cell.getWidth() === 0) return null;
  const fore = cell.isFgDefault() ? FOREGROUND : colorOf(cell.getFgColor(), cell.isFgRGB());
  const back = cell.isBgDefault() ? BACKGROUND : colorOf(cell.getBgColor(), cell.isBgRGB());
  const [color, background] = cell.isInverse() ? [back, fore] : [fore, back];
  return {
    text: cell.getChars() || ' ',
    color: cell.isDim() ? mixed(color, background, FAINT) : color,
    background,
    isBold: cell.isBold() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
  };
}

/** The picture. `title` and `description` are for those who cannot see it. */
export function svgOf(rows, title, description) {
  const columns = rows[0].length;
  const width = columns * CELL.width + 2 * PADDING;
  const height = rows.length * CELL.height + 2 * PADDING;
  const drawing = new Drawing();
  for (const [row, cells] of rows.entries()) drawing.row(cells, PADDING + row * CELL.height);
  const font = `${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(description)}</desc>`,
    `<style>text{font:${font}}${drawing.rules()}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${BACKGROUND}" stroke="${EDGE}"/>`,
    ...drawing.elements(),
    '</svg>\n',
  ].join('\n');
}

class Drawing {
  backgrounds = [];
  fills = new Map();
  lines = new Map();
  texts = [];
  classes = new Map();

  row(cells, top) {
    const at = (column) => PADDING + column * CELL.width;
    for (const { from, to, value } of runsOf(cells, (cell) => cell?.background ?? null)) {
      // the right half of a wide character has what its left half has
      if (value !== BACKGROUND && value !== null)
        this.backgrounds.push(
          `<rect x="${at(from)}" y="${top}" width="${(to - from) * CELL.width}" height="${CELL.height}" fill="${value}"/>`,
        );
    }
    for (const { from, to, value } of runsOf(cells, (cell) =>
      cell !== null && isDrawn(cell.text) ? `${cell.text}${cell.color}` : null,
    )) {
      if (value === null) continue;
      const { text, color } = cells[from];
      const [x, length] = [at(from), (to - from) * CELL.width];
      const steps = BLOCKS.indexOf(text) + 1;
      const shade = SHADES[text];
      if (steps > 0 || shade !== undefined) {
        const high = steps > 0 ? round((CELL.height * steps) / 8) : CELL.height;
        const paint = shade === undefined ? color : mixed(color, cells[from].background, shade);
        append(this.fills, paint, `M${x} ${round(top + CELL.height - high)}h${length}v${high}h-${length}z`);
      } else if (text === '─') append(this.lines, color, `M${x} ${top + CELL.height / 2}h${length}`);
      else
        for (let column = from; column < to; column++) append(this.lines, color, armsOf(ARMS[text], at(column), top));
    }
    for (const { from, to, value } of runsOf(cells, (cell) => (cell?.isUnderlined ? cell.color : null)))
      if (value !== null)
        append(this.lines, value, `M${at(from)} ${top + CELL.baseline + 2.5}h${(to - from) * CELL.width}`);
    for (const { from, to, text, cell } of textRuns(cells))
      this.text(at(from), top + CELL.baseline, (to - from) * CELL.width, text, cell);
  }

  text(x, y, length, text, { color, isBold }) {
    const style = `fill:${color}${isBold ? ';font-weight:700' : ''}`;
    if (!this.classes.has(style)) this.classes.set(style, nameOf(this.classes.size));
    const fitted = text.length > 1 ? ` textLength="${length}"` : '';
    this.texts.push(`<text class="${this.classes.get(style)}" x="${x}" y="${y}"${fitted}>${escaped(text)}</text>`);
  }

  rules() {
    return [...this.classes].map(([style, name]) => `.${name}{${style}}`).join('');
  }

  elements() {
    return [
      ...this.backgrounds,
      ...[...this.fills].map(([color, path]) => `<path fill="${color}" d="${path}"/>`),
      ...[...this.lines].map(([color, path]) => `<path fill="none" stroke="${color}" d="${path}"/>`),
      ...this.texts,
    ];
  }
}

const BLOCKS = '▁▂▃▄▅▆▇█';
const SHADES = { '░': 0.25, '▒': 0.5, '▓': 0.75 };
/** To which sides a line goes from the middle of the cell: up, right, down, left. */
const ARMS = {
  '│': [1, 0, 1, 0],
  '┌': [0, 1, 1, 0],
  '┐': [0, 0, 1, 1],
  '└': [1, 1, 0, 0],
  '┘': [1, 0, 0, 1],
  '├': [1, 1, 1, 0],
  '┤': [1, 0, 1, 1],
  '┬': [0, 1, 1, 1],
  '┴': [1, 1, 0, 1],
  '┼': [1, 1, 1, 1],
};
const isDrawn = (text) => BLOCKS.includes(text) || text in SHADES || text === '─' || text in ARMS;

function armsOf([up, right, down, left], x, top) {
  const [middle, centre] = [x + CELL.width / 2, top + CELL.height / 2];
  const upright = up || down ? `M${middle} ${up ? top : centre}V${down ? top + CELL.height : centre}` : '';
  const across = left || right ? `M${left ? x : middle} ${centre}H${right ? x + CELL.width : middle}` : '';
  return upright + across;
}

/** Neighbours with the same value. */
function runsOf(cells, read) {
  const runs = [];
  for (const [column, cell] of cells.entries()) {
    const value = read(cell);
    const last = runs.at(-1);
    if (last !== undefined && (last.value === value || cell === null)) last.to = column + 1;
    else runs.push({ from: column, to: column + 1, value });
  }
  return runs;
}

/** Pieces of text in one style without what is drawn; a character that fonts make wider or narrower is a run of its own. */
function textRuns(cells) {
  const runs = [];
  let open = null;
  for (const [column, cell] of cells.entries()) {
    if (cell === null) continue;
    const { text, color, isBold } = cell;
    if (isDrawn(text)) {
      open = null;
      continue;
    }
    if (text === ' ') continue;
    const isOdd = text.length > 1 || text.codePointAt(0) >= 0x2100;
    const isSame =
      open !== null &&
      open.cell.color === color &&
      open.cell.isBold === isBold &&
      // more spaces than one would become one
      column - open.to <= 1;
    if (isSame && !isOdd) {
      open.text += ' '.repeat(column - open.to) + text;
      open.to = column + 1;
      continue;
    }
    const run = { from: column, to: column + 1, text, cell };
    runs.push(run);
    open = isOdd ? null : run;
  }
  return runs;
}

function append(map, key, path) {
  map.set(key, (map.get(key) ?? '') + path);
}

const round = (value) => Math.round(value * 100) / 100;
const nameOf = (index) => String.fromCharCode(97 + (index % 26)) + (index < 26 ? '' : Math.floor(index / 26));

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

/** A colour of the palette of 256, or 24 bits of red, green and blue. */
function colorOf(value, isRgb) {
  if (isRgb) return hex([value >> 16, (value >> 8) & 255, value & 255]);
  if (value < 16) return PALETTE[value];
  if (value >= 232) return hex(Array(3).fill(8 + 10 * (value - 232)));
  const cube = value - 16;
  return hex(
    [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => (step === 0 ? 0 : 55 + 40 * step)),
  );
}

function mixed(color, background, share) {
  const [front, back] = [color, background].map((one) =>
    [1, 3, 5].map((at) => Number.parseInt(one.slice(at, at + 2), 16)),
  );
  return hex(front.map((value, at) => Math.round(value * share + back[at] * (1 - share))));
}

const hex = (parts) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
