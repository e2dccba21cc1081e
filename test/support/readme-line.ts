import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { LiveScene } from './live-scene.ts';
import { BIN, ROOT } from './program.ts';

/** The command of README that stands before this comment, or one that begins like it. */
export function readmeLine(comment: string): string {
  const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const line = readme.split('\n').find((one) => one.startsWith('netwatch ') && one.includes(`# ${comment}`));
  if (line === undefined) throw new Error(`README has no command that is about "${comment}"`);
  return line.slice(0, line.indexOf(`# ${comment}`)).trim();
}

/** Runs a line as a shell does, in the folder and the namespace of a scene; `netwatch` is the program that was built. */
export function runLine(scene: LiveScene, line: string): SpawnSyncReturns<string> {
  const program = path.join(scene.folder, 'netwatch');
  fs.writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${scene.folder}:${process.env.PATH}`, NETWATCH_CONFIG: 'none' };
  return spawnSync('ip', ['netns', 'exec', scene.name, 'sh', '-c', line], {
    cwd: scene.folder,
    env,
    encoding: 'utf8',
  });
}
