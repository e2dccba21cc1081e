// npm run reliability: keeps every promise once, and makes RELIABILITY.md of what each test printed. npm run reliability -- FILE
// makes it of what tests wrote that ran with NETWATCH_PROMISES=FILE.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
const HEAD = `# What netwatch promises

Each promise has a test with its number in [test/promises](test/promises). The figure is what that test printed
when \`npm run reliability\` wrote this page, as root on two cores of a shared machine. \`npm test\` tests all of them.
`;

const files = fs.readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
const kept = process.argv[2] === undefined ? keep() : read(process.argv[2]);
if (kept.length === files.length) {
  fs.writeFileSync(path.join(ROOT, 'RELIABILITY.md'), `${HEAD}\n${table(kept)}`);
} else {
  console.error(`RELIABILITY.md stays as it is: ${kept.length} of ${files.length} promises were kept here`);
  process.exitCode = 1;
}

/** Runs the tests of the promises. */
function keep() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-promises-'));
  const ledger = path.join(folder, 'ledger');
  fs.writeFileSync(ledger, '');
  spawnSync('npx', ['vitest', 'run', '--configLoader', 'runner', 'test/promises'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NETWATCH_PROMISES: ledger },
  });
  const kept = read(ledger);
  fs.rmSync(folder, { recursive: true });
  return kept;
}

/** What a run with NETWATCH_PROMISES=FILE wrote, the first of each promise. */
function read(ledger) {
  const kept = fs.readFileSync(ledger, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  return kept.filter(({ id }, at) => kept.findIndex((one) => one.id === id) === at);
}

/** The promises as Markdown, in the order of their numbers. */
function table(promises) {
  const cell = (text) => text.replaceAll('|', '\\|');
  const byNumber = promises.toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  const rows = byNumber.map(({ id, says, tested, figure, notPromised }) =>
    ['', id, says, tested, figure, notPromised ?? '', ''].map(cell).join(' | ').trim(),
  );
  return ['| | promise | test | figure | not promised |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}
