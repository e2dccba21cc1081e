import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NOBODY = 65534;
const IS_ROOT = process.getuid?.() === 0;

/** What sets a checkout up, and starts what it built. */
const COPIED = [
  ...['setup.js', 'build.js', 'bundle-program.js', 'package.json', 'package-lock.json'],
  ...['bin/netwatch.js', 'bin/package.json'],
  ...['chunks', 'kept-code', 'start'].map((name) => `src/platform/program/${name}.ts`),
];

/** A script for `npm` that installs esbuild by a link, and prints what npm might. */
export const FAKE_INSTALLATION = `echo noise
mkdir -p node_modules
ln -sfn '${ROOT}/node_modules/esbuild' node_modules/esbuild
cp package-lock.json node_modules/.package-lock.json`;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An ordinary user's checkout in a temporary folder, with a small program and with tools that only write down how they were called. */
export interface Checkout {
  readonly folder: string;
  at(name: string): string;
  write(name: string, text: string): void;
  /** Puts a shell script on the PATH, which holds nothing else. */
  tool(name: string, script: string): void;
  /** The command lines of the tools, in order; emptied by the call. */
  calls(): string[];
  /** Starts `node ...args`; `as` is who runs it where the tests are run by root. */
  start(
    args: readonly string[],
    as?: 'root' | 'nobody',
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  remove(): void;
}

/** Makes one whose `npm` installs nothing but a link to esbuild, and whose compiler finds no libpcap headers. */
export function openCheckout(): Checkout {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-checkout-'));
  const at = (name: string): string => path.join(folder, name);
  const log = at('tools/calls');
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), text);
  };
  const tool = (name: string, script: string): void => {
    write(`tools/${name}`, `#!/bin/sh\nexport PATH=/usr/bin:/bin\necho "${name} $*" >> ${log}\n${script}\n`);
    fs.chmodSync(at(`tools/${name}`), 0o755);
  };

  for (const name of COPIED) write(name, fs.readFileSync(path.join(ROOT, name), 'utf8'));
  for (const [, entry] of fs.readFileSync(at('build.js'), 'utf8').matchAll(/'(src\/[^']+\.ts)'/g))
    if (!fs.existsSync(at(entry!))) write(entry!, 'export {};\n');
  write('src/platform/head-start.ts', 'export const headStart = () => null;\n');
  write('src/commands/program/main.ts', 'export const main = async (argv: string[]) => argv.length;\n');
  write('tools/calls', '');
  tool('npm', FAKE_INSTALLATION);
  tool('apt-get', '');
  tool('c++', 'exit 1');
  tool('make', '');
  tool('python3', '');
  if (IS_ROOT) {
    for (const name of ['.', ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })])
      fs.chownSync(at(name), NOBODY, NOBODY);
  }

  return {
    folder,
    at,
    write,
    tool,
    calls() {
      const lines = fs
        .readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('c++'));
      fs.writeFileSync(log, '');
      return lines;
    },
    start(args, as = 'nobody') {
      const drops = IS_ROOT && as === 'nobody';
      const child = spawn(process.execPath, args, {
        cwd: folder,
        env: { PATH: at('tools'), HOME: folder },
        ...(drops ? { uid: NOBODY, gid: NOBODY } : {}),
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      return {
        child,
        ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr }))),
      };
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
