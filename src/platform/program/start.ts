import path from 'node:path';
import { headStart } from '../head-start.ts';
import type { StartedScan } from '../linux/started-scan.ts';
import { type Chunks, type Exports, type JoinedScript, openChunks } from './chunks.ts';
import { readKeptCode, writeKeptCode } from './kept-code.ts';

/**
 * The first script of the program, the chunk of it that exports `main`, and the script that reads packets:
 * `bundle-program.js` puts the names here.
 */
declare const $PROGRAM: { readonly script: string; readonly main: string; readonly packets: JoinedScript };

/** The program, as `src/commands/program/main.ts` exports it. */
type Main = (argv: readonly string[], begun: StartedScan | null) => Promise<number>;

/** What is run so that its code is kept: what is asked for most often, and again and again by scripts. */
const OFTEN = [['--version'], ['conns', '-o', 'ndjson'], ['conns']];

const SCRIPT = path.join(__dirname, $PROGRAM.script);
const PACKETS = path.join(__dirname, $PROGRAM.packets.script);

let opened: Chunks | null = null;

function chunks(): Chunks {
  opened ??= openChunks(SCRIPT, $PROGRAM.packets, readKeptCode);
  return opened;
}

function program(): Main {
  return chunks().load($PROGRAM.main).main as Main;
}

/** Arguments in, exit status out. What takes longest begins before the program is loaded. */
export async function main(argv: readonly string[]): Promise<number> {
  const begun = headStart(argv);
  const status = await program()(argv, begun);
  await begun?.abandon();
  return status;
}

/** What a chunk of the program that runs exports: the parts of it that are ES modules ask. */
export function chunk(name: string): Exports {
  return chunks().load(name);
}

/** Whether code is kept that a start gives to V8. */
export function isCodeKept(): boolean {
  return readKeptCode(SCRIPT) !== null && ($PROGRAM.packets.chunks.length === 0 || readKeptCode(PACKETS) !== null);
}

/** And whether V8 takes it. */
export function usesKeptCode(): boolean {
  loadPackets(chunks());
  return chunks().usesKeptCode;
}

/** Keeps V8's code of the scripts for the node that runs, beside them. `build.js` asks for it; a start never does. */
export async function keepCode(): Promise<void> {
  opened = openChunks(SCRIPT, $PROGRAM.packets, () => null);
  for (const argv of OFTEN) await program()(argv, null);
  loadPackets(opened);
  for (const { script, code } of opened.compiledCode()) writeKeptCode(script, code);
}

/** All of the script that reads packets is loaded with its first chunk. */
function loadPackets({ load }: Chunks): void {
  for (const name of $PROGRAM.packets.chunks.slice(0, 1)) load(`./${name}`);
}
