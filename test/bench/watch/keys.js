// How long after a key its answer is written, while 50,000 packets a second are captured and dissected. The same keys go to a
// program that only echoes them, which says what the machine itself took; and what netwatch waited for a processor that others
// had is said too, and is not held against it.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inFolder, runBundled } from '../bundle.js';
import { BIN } from '../measure.js';
import { openNetwork } from './network.js';
import { cpuOf, familyOf } from './processes.js';
import { openTerminal } from './terminal.js';

const SIZE = [120, 40];
const RATE = 50_000;
const KEYS = 200;
const GOAL = { p95: 50, worst: 100 };
const LONGEST_MS = 3000;
/** Every tab, from several others. */
const TABS = ['4', '2', '4', '1', '5', '4', '3', '6', '2', '7', '8', '5', '2', '1'];
/** Writes each key back, as the lines of a tab that is selected. */
const ECHO = `process.stdin.setRawMode(true);
process.stdin.on('data', (keys) => process.stdout.write('\\x1b[7m ' + keys + ' \\x1b[0m'));
process.stdout.write('ready');`;

export function benchKeys(row) {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'traffic.pcap');
    await runBundled('watch/write-traffic.ts', ['mixed', file]);
    const network = await openNetwork();
    try {
      const watching = await open(network.command([process.execPath, BIN, 'watch', '--tab', 'dashboard']));
      const echo = await open(network.command([process.execPath, '-e', ECHO]));
      const end = await network.send(file, RATE);
      await sleep(5000);
      const pids = familyOf(watching.pid);
      const before = { cpu: cpuOf(pids), ms: performance.now(), arrived: network.arrived() };
      const times = { netwatch: [], echo: [] };
      for (let key = 0; key < KEYS; key++) {
        const tab = TABS[key % TABS.length];
        times.netwatch.push(await answerTo(watching, tab));
        times.echo.push(await answerTo(echo, tab));
        await sleep(20 + ((key * 37) % 100));
      }
      const seconds = (performance.now() - before.ms) / 1000;
      const percent = (100 * (cpuOf(pids) - before.cpu)) / seconds;
      const arrived = (network.arrived() - before.arrived) / seconds;
      const { rate } = await end();
      const own = spread(times.netwatch.map((time) => time.own));
      row('key to paint at 50,000 packets/s, p95', `≤ ${GOAL.p95} ms`, own.p95 <= GOAL.p95, said(own));
      row('  the worst', `≤ ${GOAL.worst} ms`, own.worst <= GOAL.worst, `${own.worst.toFixed(0)} ms`);
      row('  with waiting for a processor', null, null, said(spread(times.netwatch.map(({ all }) => all))));
      row('  a program that only echoes, so', null, null, said(spread(times.echo.map(({ all }) => all))));
      row(
        '  what it had to do',
        null,
        null,
        `${percent.toFixed(0)} % of a core, ${Math.round(rate)} packets/s sent, ${Math.round(arrived)} arrived`,
      );
      await watching.close();
      await echo.close();
    } finally {
      await network.close();
    }
  });
}

async function open(command) {
  const terminal = await openTerminal(SIZE, command);
  await terminal.next(({ kind }) => kind === 'o');
  return terminal;
}

/** Milliseconds from a key until a frame is written in which its tab is the selected one, all and those of its own. */
async function answerTo(terminal, tab) {
  const shown = `\x1b[7m ${tab} `;
  const answer = terminal.next(({ kind, text }) => kind === 'o' && text.includes(shown), LONGEST_MS);
  const pressed = await terminal.press(tab);
  const written = await answer;
  if (written === null) return { all: LONGEST_MS, own: LONGEST_MS };
  const all = written.ms - pressed.ms;
  return { all, own: Math.max(0, all - (written.waitMs - pressed.waitMs)) };
}

function spread(times) {
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p95: at(0.95), worst: sorted.at(-1) };
}

const said = ({ p50, p95, worst }) => `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, worst ${worst.toFixed(1)} ms`;
