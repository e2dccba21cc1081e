import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readCapture } from './captures.ts';
import { type Live, type LiveScene, openLiveScene, until } from './live-scene.ts';
import { numbersOf, openVethPair, type VethPair } from './veth-pair.ts';

/** A file of numbered packets as it was found. */
export interface NumberedFile {
  readonly numbers: readonly number[];
  readonly problems: readonly string[];
  /** Each number is larger than the one before: one that is missing was lost where the kernel queues what it sends to itself. */
  readonly isOrdered: boolean;
}

/** A scene whose interface brings numbered packets. */
export interface NumberedCapture {
  readonly scene: LiveScene;
  readonly pair: VethPair;
  /** Starts a capture of them, with these options besides. */
  start(...options: readonly string[]): Live;
  fileOf(name: string): string;
}

/** `near` is the name of the interface, `network` that of no other test. */
export async function openNumberedCapture(near: string, network: number): Promise<NumberedCapture> {
  const scene = openLiveScene(near);
  const pair = await openVethPair(scene, near, network);
  return {
    scene,
    pair,
    start: (...options) => scene.start(['capture', '-i', near, '--bpf', 'udp port 9', ...options]),
    fileOf: (name) => path.join(scene.folder, name),
  };
}

/** Reads a file of numbered packets back. */
export async function readNumbered(file: string): Promise<NumberedFile> {
  const { frames, problems } = await readCapture(fs.readFileSync(file));
  const numbers = numbersOf(frames);
  return { numbers, problems, isOrdered: numbers.every((number, at) => at === 0 || number > numbers[at - 1]!) };
}

/** The process that captures for netwatch. */
export const sensorOf = ({ pid }: Live): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());

/** The packets that were last said to be captured. */
export const countedIn = (said: string): number =>
  Number([...said.matchAll(/^netwatch: (\d+) packets? captured/gm)].at(-1)?.[1] ?? 0);

/** Asks with SIGUSR1, until so many are said to be captured: on a busy machine they are taken late. */
export async function untilCounted(run: Live, count: number): Promise<void> {
  let said = '';
  run.child.stderr!.on('data', (text: string) => (said += text));
  await until(() => {
    run.child.kill('SIGUSR1');
    return countedIn(said) >= count;
  });
}

/** What netwatch said at the end of an interface: captured, received, dropped by the kernel, not read. */
export function reconciledIn(said: string): { captured: number; received: number; dropped: number; left: number } {
  const words =
    /(\d+) packets captured; \S+: (\d+) received by the filter, (\d+) dropped by the kernel, \d+ by the interface, (\d+) not read/g;
  const [captured, received, dropped, left] = [...said.matchAll(words)].at(-1)!.slice(1).map(Number);
  return { captured: captured!, received: received!, dropped: dropped!, left: left! };
}
