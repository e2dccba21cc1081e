import { spawnSync } from 'node:child_process';

const told = new Set<string>();

/** Whether a program is missing; says so once, since the tests that need it are then skipped. */
export function toolIsMissing(name: string): boolean {
  const missing = spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0;
  if (missing && !told.has(name)) {
    told.add(name);
    console.warn(`skipped: ${name} is not installed`);
  }
  return missing;
}

/** Runs a program and returns what it said. */
export function runTool(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const { stdout, stderr, status } = spawnSync(name, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 30_000,
    maxBuffer: 256 * 1024 * 1024,
  });
  return { stdout, stderr, status };
}
