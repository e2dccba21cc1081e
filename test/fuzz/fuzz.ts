import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, workerData } from 'node:worker_threads';
import type { Corpus } from './corpus.ts';
import { type Finding, readFinding, saveFinding } from './finding.ts';
import type { Order, Tally } from './messages.ts';
import { Sequence } from './sequence.ts';
import { supervise } from './supervise.ts';
import type { Target } from './target.ts';
import { work } from './work.ts';

const SECONDS = 60;
export interface CpuLimits {
  /** What no input may take, in the fastest of some runs: another job of the machine cannot make it so. */
  readonly slowMs: number;
  /** An input that has not ended by then never will. */
  readonly endlessMs: number;
}
const CPU_LIMITS: CpuLimits = { slowMs: 1000, endlessMs: 20_000 };

/**
 * Fuzzes `targets`, as the words of the command line say: --seconds N, --seed N, --target NAME, --findings DIR,
 * --replay FILE. `file` is the bundle, which the threads load, too; `load` what inputs are made of. Sets the exit status: 1 with findings.
 */
export async function fuzz(
  targets: readonly Target[],
  file: string,
  load: () => Promise<Corpus>,
  cpu = CPU_LIMITS,
): Promise<void> {
  if (!isMainThread) return work(targets, await load(), workerData as Order);
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: String(SECONDS) },
      seed: { type: 'string' },
      target: { type: 'string' },
      findings: { type: 'string' },
      replay: { type: 'string' },
    },
  });
  if (values.replay !== undefined) return replay(targets, await load(), path.resolve(values.replay), file);
  const names = targets.map(({ name }) => name);
  if (values.target !== undefined && !names.includes(values.target)) {
    throw new Error(`no target "${values.target}": there are ${names.join(', ')}`);
  }
  const seed = wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 32)));
  const seconds = wholeNumber('seconds', values.seconds);
  const folder = path.resolve(values.findings ?? fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-findings-')));
  const run = { seed, target: values.target ?? null, slowMs: cpu.slowMs };
  console.log(`seed ${seed}, ${seconds} s`);
  const leave = enterScratch(file);
  let count = 0;
  const found = (finding: Finding): void => {
    count++;
    console.log(`\n${finding.target}, input ${finding.index}: ${finding.problem}`);
    console.log(`  npm run fuzz -- --replay ${saveFinding(folder, finding)}`);
  };
  let tallies: readonly Tally[];
  try {
    tallies = await supervise(new URL(file), run, { seconds, endlessMs: cpu.endlessMs }, found, (line) =>
      console.log(line),
    );
  } finally {
    leave();
  }
  printTallies(tallies, count, seed);
  if (count === 0 && values.findings === undefined) fs.rmSync(folder, { recursive: true, force: true });
  process.exitCode = count === 0 ? 0 : 1;
}

/** A folder beside the bundle, where what a run writes under a name that is no path is written; returns what removes it. */
function enterScratch(bundle: string): () => void {
  const folder = path.dirname(fileURLToPath(bundle));
  const scratch = fs.mkdtempSync(path.join(folder, 'scratch-'));
  process.chdir(scratch);
  return () => {
    process.chdir(folder);
    fs.rmSync(scratch, { recursive: true, force: true });
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`--${name} "${text}" is no whole number`);
}

function printTallies(tallies: readonly Tally[], distinct: number, seed: number): void {
  const line = (...cells: readonly (string | number)[]): void =>
    console.log(
      cells.map((cell, index) => (index === 0 ? String(cell).padEnd(12) : String(cell).padStart(12))).join(''),
    );
  console.log('');
  line('target', 'inputs', 'inputs/s', 'pieces', 'pieces/s', 'findings');
  const perSecond = (count: number, millis: number): number => Math.round((1000 * count) / Math.max(1, millis));
  for (const { name, inputs, packets, findings, millis } of tallies) {
    line(name, inputs, perSecond(inputs, millis), packets, perSecond(packets, millis), findings);
  }
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  console.log(
    `${sum(({ inputs }) => inputs)} inputs of ${sum(({ packets }) => packets)} pieces, ${distinct} findings, seed ${seed}`,
  );
}

/** Runs the input of a finding once more, in this thread. */
async function replay(targets: readonly Target[], corpus: Corpus, file: string, bundle: string): Promise<void> {
  const { target: name, seed, input } = readFinding(file);
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw new Error(`${file} is of no target: "${name}"`);
  const leave = enterScratch(bundle);
  try {
    const sequence = await Sequence.open(target, corpus, { seed, slowMs: CPU_LIMITS.slowMs, beat: () => {} });
    const problem = await sequence.problemOf(input);
    console.log(problem ?? 'nothing is wrong with it any more');
    process.exitCode = problem === null ? 0 : 1;
  } finally {
    leave();
  }
}
