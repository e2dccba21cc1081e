// npm run reliability: keeps every promise once, and makes RELIABILITY.md of what each test printed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
const HEAD = `# What netwatch promises

Each promise has a test of its name in [test/promises](test/promises); the figure is what that test printed when this page was
made by \`npm run reliability\`, as root on two cores of a shared machine. \`npm test\` keeps all of them.
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-promises-'));
const ledger = path.join(folder, 'ledger');
fs.writeFileSync(ledger, '');
const { status } = spawnSync('npx', ['vitest', 'run', '--configLoader', 'runner', 'test/promises'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, NETWATCH_PROMISES: ledger },
});
const kept = fs.readFileSync(ledger, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
fs.rmSync(folder, { recursive: true });
const files = fs.readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
if (status === 0 && kept.length === files.length) {
  fs.writeFileSync(path.join(ROOT, 'RELIABILITY.md'), `${HEAD}\n${table(kept)}`);
} else {
  console.error(`RELIABILITY.md stays as it is: ${kept.length} of ${files.length} promises were kept here`);
  process.exitCode = 1;
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
