import { performance } from 'node:perf_hooks';
import type { Corpus } from './corpus.ts';
import { Broken, describe, type Finding, signatureOf } from './finding.ts';
import { minimise } from './minimise.ts';
import { Prng } from './prng.ts';
import { type Input, type Opened, type Target, weightOf } from './target.ts';

/** What took longer for each of its packets is run again. */
const SUSPICIOUS_MS = 50;
const CONFIRMATIONS = 3;
const MOST_RUNS_TO_MINIMISE = 3000;
const MOST_SLOW_RUNS = 12;
const SLOW = 'took';

export interface SequenceRun {
  readonly seed: number;
  /** See CpuLimits. */
  readonly slowMs: number;
  /** Called whenever an input begins to run, first or again: the watchdog counts from there. */
  readonly beat: () => void;
}

/** Inputs of one target, each a function of the seed and of its number. */
export class Sequence {
  inputs = 0;
  packets = 0;
  findings = 0;
  millis = 0;
  readonly target: Target;
  private readonly opened: Opened;
  private readonly seen = new Set<string>();

  private readonly run: SequenceRun;

  private constructor(target: Target, opened: Opened, run: SequenceRun) {
    this.target = target;
    this.opened = opened;
    this.run = run;
  }

  static async open(target: Target, corpus: Corpus, run: SequenceRun): Promise<Sequence> {
    return new Sequence(target, await target.open(corpus), run);
  }

  input(index: number): Input {
    return this.opened.make(new Prng(this.run.seed, hashOf(this.target.name), index));
  }

  /** Runs one input; what is wrong with it, made small, or null. A fault that was met before is only counted. */
  async next(index: number): Promise<Finding | null> {
    const started = performance.now();
    const input = this.input(index);
    this.inputs++;
    this.packets += input.pieces.length;
    const problem = await this.problemOf(input);
    const finding = problem === null ? null : await this.found(index, input, problem);
    this.millis += performance.now() - started;
    return finding;
  }

  /** A finding that the watchdog made: this input never ended, or took the process with it. */
  lost(index: number, problem: string): Finding {
    this.findings++;
    return { target: this.target.name, seed: this.run.seed, index, problem, input: this.input(index) };
  }

  /** What is wrong with an input; null for nothing. */
  async problemOf(input: Input): Promise<string | null> {
    const started = performance.now();
    this.run.beat();
    try {
      const running = this.opened.run(input);
      if (running !== undefined) await running;
    } catch (error) {
      return describe(error);
    }
    if (performance.now() - started < SUSPICIOUS_MS * weightOf(input)) return null;
    const fastest = await this.fastestOf(input);
    return fastest < this.run.slowMs ? null : describe(new Broken(`${SLOW} ${Math.round(fastest)} ms of CPU time`));
  }

  private async fastestOf(input: Input): Promise<number> {
    let fastest = Number.POSITIVE_INFINITY;
    for (let count = 0; count < CONFIRMATIONS && fastest >= this.run.slowMs; count++) {
      fastest = Math.min(fastest, await this.cpuMsOf(input));
    }
    return fastest;
  }

  private async cpuMsOf(input: Input): Promise<number> {
    const before = process.cpuUsage();
    this.run.beat();
    await this.opened.run(input);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  private async found(index: number, input: Input, problem: string): Promise<Finding | null> {
    const signature = signatureOf(problem);
    this.findings++;
    if (this.seen.has(signature)) return null;
    this.seen.add(signature);
    const isSlow = problem.startsWith(SLOW);
    const fails = async (smaller: Input): Promise<boolean> => {
      if (isSlow) return (await this.cpuMsOf(smaller).catch(() => 0)) >= this.run.slowMs;
      const other = await this.problemOf(smaller);
      return other !== null && signatureOf(other) === signature;
    };
    const small = await minimise(input, fails, isSlow ? MOST_SLOW_RUNS : MOST_RUNS_TO_MINIMISE);
    return {
      target: this.target.name,
      seed: this.run.seed,
      index,
      problem: isSlow ? problem : ((await this.problemOf(small)) ?? problem),
      input: small,
    };
  }
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0;
  return hash;
}
