import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { LiveScene } from './live-scene.ts';
import { BIN, type Ended, ROOT } from './program.ts';

const README = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** The commands in README's blocks of a language, without the comments behind them. */
export function readmeLines(language: 'sh' | 'crontab'): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/\s# .*$/, '').trim())
    .filter((line) => line !== '');
}

/** The command of README that stands before this comment, or one that begins like it. */
export function readmeLine(comment: string): string {
  const line = README.split('\n').find((one) => one.startsWith('netwatch ') && one.includes(`# ${comment}`));
  if (line === undefined) throw new Error(`README has no command that is about "${comment}"`);
  return line.slice(0, line.indexOf(`# ${comment}`)).trim();
}

/** Runs a line as a shell does, in the folder and the namespace of a scene; `netwatch` is the program that was built. */
export function runLine(scene: LiveScene, line: string, env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync('ip', shellOf(scene, line), { ...placeOf(scene, env), encoding: 'utf8' });
}

/** A line under way. */
export interface RunningLine {
  /** Null until it has ended by itself. */
  over(): Ended | null;
  /** Ends it as Ctrl-C does; resolves when it has ended. */
  interrupt(): Promise<Ended>;
}

/** The same for a line that goes on until it is interrupted. */
export function startLine(scene: LiveScene, line: string, env: NodeJS.ProcessEnv = {}): RunningLine {
  const child = spawn('ip', shellOf(scene, `exec ${line}`), {
    ...placeOf(scene, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let over: Ended | null = null;
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status, signal) => {
      over = { stdout, stderr, status, signal };
      resolve(over);
    }),
  );
  return {
    over: () => over,
    interrupt() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Folders of the machine in whose place such a line finds those of the scene with these names. */
const OWN_FOLDERS = ['var/lib', 'var/spool'];

/** The words of `ip` for a line; the folders are mounted in a namespace that ends with it. */
function shellOf({ name, folder }: LiveScene, line: string): readonly string[] {
  const mounts = OWN_FOLDERS.map((one) => `mkdir -p ${folder}/${one} && mount --bind ${folder}/${one} /${one} && `);
  return ['netns', 'exec', name, 'sh', '-c', `${mounts.join('')}eval "$1"`, 'sh', line];
}

function placeOf({ folder }: LiveScene, env: NodeJS.ProcessEnv) {
  const programs = path.join(folder, 'bin');
  fs.mkdirSync(programs, { recursive: true });
  const write = (name: string, text: string): void =>
    fs.writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  write('netwatch', `exec ${process.execPath} ${BIN} "$@"`);
  write('sudo', 'exec "$@"');
  return {
    cwd: folder,
    env: { PATH: `${programs}:${process.env.PATH}`, HOME: folder, NETWATCH_CONFIG: 'none', ...env },
  };
}
