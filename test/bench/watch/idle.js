// What the screen takes while nobody does anything: on a machine of its own with 50 sockets, beside top on the same.
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, isInstalled } from '../measure.js';
import { openNetwork } from './network.js';
import { cpuOf, familyOf, memoryOf } from './processes.js';
import { openTerminal } from './terminal.js';

const SIZE = [120, 40];
const PAIRS = 25;
const GOAL = { percent: 1, megabytes: 100 };

export async function benchIdle(row, { seconds, warmUp }) {
  const peer = isInstalled('htop') ? ['htop', '-d', '10'] : ['top', '-d', '1'];
  const watched = [
    ['netwatch watch, nobody', [process.execPath, BIN, 'watch'], false],
    ['netwatch watch, root (captures too)', [process.execPath, BIN, 'watch'], true],
    [peer.join(' '), peer, true],
  ];
  const networks = [];
  const terminals = [];
  try {
    for (const [, command, isRoot] of watched) {
      const network = await openNetwork();
      networks.push(network);
      await network.connect(PAIRS);
      terminals.push(await openTerminal(SIZE, network.command(command, isRoot)));
    }
    await sleep(warmUp * 1000);
    const families = terminals.map(({ pid }) => familyOf(pid));
    const before = families.map(cpuOf);
    const begun = performance.now();
    await sleep(seconds * 1000);
    const lasted = (performance.now() - begun) / 1000;
    for (const [index, [name]] of watched.entries()) {
      const percent = (100 * (cpuOf(families[index]) - before[index])) / lasted;
      const { rss, pss } = memoryOf(families[index]);
      const count = families[index].length;
      const memory = `RSS ${rss.toFixed(0)} MB${pss === null ? '' : `, PSS ${pss.toFixed(0)} MB`} of ${count} processes`;
      const isPeer = index === watched.length - 1;
      const [cpuGoal, memoryGoal] = isPeer ? [null, null] : [`< ${GOAL.percent} %`, `< ${GOAL.megabytes} MB`];
      row(`idle, ${name}`, cpuGoal, isPeer ? null : percent < GOAL.percent, `${percent.toFixed(2)} % of a core`);
      row('  its memory', memoryGoal, isPeer ? null : rss < GOAL.megabytes, memory);
    }
  } finally {
    for (const terminal of terminals) await terminal.close();
    for (const network of networks) await network.close();
  }
}
