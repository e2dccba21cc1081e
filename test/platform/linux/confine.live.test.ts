import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landlockVersion } from '../../../src/platform/linux/landlock.ts';
import { ROOT } from '../../support/program.ts';

const why = ((): string | null => {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.arch !== 'x64') return 'other threads are reached on x86-64 alone';
  return landlockVersion() === 0 ? 'the kernel has no Landlock' : null;
})();
if (why !== null) console.warn(`skipped: what a confined process may do: ${why}`);

/** Runs in a process of its own, since nothing gives back what it gives up. */
const PROBE = `
import fs from 'node:fs';
import net from 'node:net';
import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { confine } from ${JSON.stringify(path.join(ROOT, 'src/platform/linux/confine.ts'))};

const [folder] = process.argv.slice(2);
const tell = (attempt) => { try { attempt(); return 'done'; } catch (error) { return error.code; } };
const open = fs.openSync(folder + '/open', 'w');
const listener = net.createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => listener.once('listening', resolve));
const { port } = listener.address();
// a thread that is there already
const worker = new Worker(
  "const { parentPort } = require('node:worker_threads'); const fs = require('node:fs');" +
  "parentPort.on('message', () => { let said = 'done'; try { fs.readFileSync('/etc/hostname'); } catch (error) { said = error.code; } parentPort.postMessage(said); });" +
  "parentPort.postMessage('up');", { eval: true });
const heard = () => new Promise((resolve) => worker.once('message', resolve));
await heard();
await fs.promises.stat('/'); // so are those of the pool

const missing = confine({ uid: 65534, gid: 65534 }, [folder + '/readable']);
const answer = heard();
worker.postMessage('try');
const report = {
  missing,
  thread: await answer,
  pool: await fs.promises.readFile('/etc/hostname').then(() => 'done', (error) => error.code),
  read: tell(() => fs.readFileSync('/etc/hostname')),
  list: tell(() => fs.readdirSync('/')),
  create: tell(() => fs.writeFileSync(folder + '/new', '')),
  write: tell(() => fs.writeFileSync(folder + '/other', '')),
  remove: tell(() => fs.rmSync(folder + '/other')),
  execute: spawnSync('/bin/true').error?.code ?? 'done',
  connect: await new Promise((resolve) => net.connect(port, '127.0.0.1', () => resolve('done')).on('error', (error) => resolve(error.code))),
  kill: tell(() => process.kill(process.ppid, 0)),
  user: tell(() => process.setuid(0)),
  allowed: tell(() => fs.readFileSync(folder + '/readable/file')),
  opened: tell(() => { fs.writeSync(open, 'text'); fs.ftruncateSync(open, 1); }),
  exists: fs.existsSync('/sys/class/net/lo'),
};
process.stdout.write(JSON.stringify(report));
process.exit();
`;

let folder = '';
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-confine-'));
  fs.chmodSync(folder, 0o777);
  fs.mkdirSync(path.join(folder, 'readable'));
  for (const name of ['readable/file', 'other']) fs.writeFileSync(path.join(folder, name), '', { mode: 0o666 });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await build({
    stdin: { contents: PROBE, resolveDir: ROOT, loader: 'ts' },
    outfile: path.join(folder, 'probe.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
    logLevel: 'silent',
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(why !== null)('a confined process', () => {
  test('can use what is open, and nothing else', () => {
    const probe = path.join(folder, 'probe.mjs');
    const { stdout, stderr } = spawnSync(process.execPath, [probe, folder], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const refused = 'EACCES';
    const wasRoot = process.getuid?.() === 0;
    expect(JSON.parse(stdout)).toEqual({
      missing: [],
      ...{ thread: refused, pool: refused, read: refused, list: refused, execute: refused },
      ...{ create: refused, write: refused, remove: refused },
      connect: landlockVersion() >= 4 ? refused : 'done',
      kill: landlockVersion() >= 6 || wasRoot ? 'EPERM' : 'done',
      user: 'EPERM',
      ...{ allowed: 'done', opened: 'done', exists: true },
    });
  });
});
