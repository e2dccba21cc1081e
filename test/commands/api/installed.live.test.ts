import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noLiveCapture } from '../../support/live-scene.ts';
import { ROOT } from '../../support/program.ts';

// The package as npm packs it, in a project of somebody else, with what is here as its dependencies.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-api-'));
const project = path.join(folder, 'project');
const EXAMPLES = [...fs.readFileSync(path.join(ROOT, 'API.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => code!,
);

/** What is not part of a package, or is made anew. */
const LEFT_OUT = ['.git', 'node_modules', 'dist', 'test'];

beforeAll(() => {
  const checkout = path.join(folder, 'checkout');
  const isPacked = (file: string): boolean => !LEFT_OUT.includes(path.relative(ROOT, file));
  fs.cpSync(ROOT, checkout, { recursive: true, filter: isPacked });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(checkout, 'node_modules'));
  const node = (args: readonly string[]) => execFileSync(process.execPath, args, { cwd: checkout, stdio: 'pipe' });
  node(['build.js', '--types']);
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: checkout, stdio: 'pipe' });
  const packed = fs.readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const modules = path.join(project, 'node_modules');
  fs.mkdirSync(path.join(modules, 'netwatch'), { recursive: true });
  execFileSync('tar', [
    '-xzf',
    path.join(folder, packed),
    '-C',
    path.join(modules, 'netwatch'),
    '--strip-components=1',
  ]);
  for (const name of fs.readdirSync(path.join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  fs.cpSync(path.join(ROOT, 'test/captures/loopback.pcap'), path.join(project, 'capture.pcap'));
  fs.writeFileSync(path.join(project, 'package.json'), JSON.stringify({ type: 'module' }));
}, 120_000);

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(file: string): string {
  return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8', timeout: 15_000 });
}

test('the examples of API.md are of the types that the package declares', () => {
  for (const [index, code] of EXAMPLES.entries()) fs.writeFileSync(path.join(project, `example-${index}.ts`), code);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
  };
  fs.writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], { stdio: 'inherit' });
}, 60_000);

test('a field that a record does not have is refused by the compiler', () => {
  const file = path.join(project, 'wrong.ts');
  fs.writeFileSync(
    file,
    "import { conns } from 'netwatch';\nfor await (const row of conns()) console.log(row.local_prt);\n",
  );
  const compile = () => execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' });
  expect(compile).toThrow();
  try {
    compile();
  } catch (error) {
    expect((error as { stdout: string }).stdout).toContain("Property 'local_prt' does not exist");
  }
  fs.rmSync(file);
}, 60_000);

describe.each(EXAMPLES.map((code, index) => ({ index, code })))('example $index of API.md', ({ index, code }) => {
  test('runs, and prints', async () => {
    const { code: script } = await transform(code, { loader: 'ts', format: 'esm' });
    const file = path.join(project, `example-${index}.mjs`);
    fs.writeFileSync(file, script);
    expect(run(file)).not.toBe('');
  });
});

test('what the capture holds is what the command prints of it', () => {
  const file = path.join(project, 'same.mjs');
  fs.writeFileSync(
    file,
    `import { conns, stats } from 'netwatch';
     for await (const row of conns({ read: 'capture.pcap' })) console.log(JSON.stringify({ type: 'conn', ...row }));
     for await (const row of stats('dns', { read: 'capture.pcap' })) console.log(JSON.stringify({ type: 'dns_query', ...row }));`,
  );
  const command = (...args: string[]) =>
    execFileSync(process.execPath, [path.join(project, 'node_modules/netwatch/bin/netwatch.js'), ...args], {
      cwd: project,
      encoding: 'utf8',
    });
  const printed =
    command('conns', '-r', 'capture.pcap', '--json') + command('stats', '-r', 'capture.pcap', '--by', 'dns', '--json');
  expect(run(file)).toBe(printed);
});

test('the process of the caller stays as it was', () => {
  const file = path.join(project, 'untouched.mjs');
  fs.writeFileSync(
    file,
    `import { conns, openCapture } from 'netwatch';
     const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
     const before = JSON.stringify(listeners());
     await conns().all();
     const capture = await openCapture({ read: 'capture.pcap' });
     capture.stats('protocols');
     await capture.run();
     if (JSON.stringify(listeners()) !== before) throw new Error(JSON.stringify(listeners()));
     if (process.exitCode !== undefined) throw new Error('exit code');`,
  );
  expect(run(file)).toBe('');
});

test.skipIf(process.platform !== 'linux')('probes keep no socket open when they are over', () => {
  const file = path.join(project, 'sockets.mjs');
  fs.writeFileSync(
    file,
    `import fs from 'node:fs';
     import { probe } from 'netwatch';
     const isSocket = (fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; } };
     const sockets = () => fs.readdirSync('/proc/self/fd').filter(isSocket).length;
     const before = sockets();
     for (const target of ['icmp://127.0.0.1', 'trace://127.0.0.1', 'icmp://[::1]']) await probe(target, { count: 1 }).all();
     await probe('trace://127.0.0.1', { count: 1, signal: AbortSignal.timeout(1) }).all();
     console.log(sockets() - before);`,
  );
  expect(run(file)).toBe('0\n');
});

test("an error of a listener is the caller's: run rejects with it", () => {
  const file = path.join(project, 'throws.mjs');
  fs.writeFileSync(
    file,
    `import { openCapture } from 'netwatch';
     const capture = await openCapture({ read: 'capture.pcap', onNotice: console.log });
     let calls = 0;
     capture.onPacket(() => { calls++; throw new RangeError('mine'); });
     await capture.run().catch((error) => console.log(error.name, error.message, calls));
     await capture.run().catch((error) => console.log(error.message));
     const unused = await openCapture({ read: 'capture.pcap' });
     await unused.close();
     const aborted = AbortSignal.abort();
     console.log((await openCapture({ read: 'capture.pcap', signal: aborted }).catch((error) => error)).name);`,
  );
  expect(run(file)).toBe(
    'RangeError mine 1\nthe capture has begun to run: ask for everything before capture.run()\nAbortError\n',
  );
});

test.skipIf(noLiveCapture !== null)(
  'root captures, twice and side by side, and stays root; a silent capture is left',
  () => {
    const file = path.join(project, 'root.mjs');
    fs.writeFileSync(
      file,
      `import { openCapture, packets } from 'netwatch';
     const some = { interface: 'lo', bpf: 'udp port 9', duration: 100 };
     await Promise.all([packets(some).all(), packets(some).all()]);
     const capture = await openCapture(some);
     await capture.save('live.pcapng');
     await capture.run();
     const iterator = packets({ interface: 'lo', bpf: 'udp port 9' })[Symbol.asyncIterator]();
     const pending = iterator.next();
     await new Promise((resolve) => setTimeout(resolve, 300));
     await iterator.return();
     console.log((await pending).done, process.getuid(), (await packets({ ...some, signal: AbortSignal.abort() }).all()).length);`,
    );
    expect(run(file)).toBe('true 0 0\n');
  },
);

test.each([
  ["conns({ filter: 'nofield == 1' }).all()", 64, 'unknown field "nofield" in the conn filter'],
  ["conns({ fields: ['nofield'] }).all()", 64, 'unknown field "nofield"'],
  ['conns({ intervall: 3 }).all()', 64, 'unknown option "intervall"'],
  ["ifaces({ interface: 'nosuch0' }).all()", 66, 'no interface "nosuch0"'],
  ["packets({ read: '/no/such/file' }).all()", 66, 'no such file: /no/such/file'],
  ["packets({ read: 'capture.pcap', filter: 'tcp ==' }).all()", 64, ''],
  ["stats('nothing', { read: 'capture.pcap' }).all()", 64, '"nothing" is no statistic'],
  ["probe('nothing://x').all()", 64, ''],
  ["openCapture({ read: 'package.json' })", 65, ''],
  ["conns({ interval: '1s' }).all()", 64, 'option "interval" is "1s", not a number of milliseconds above 0'],
  ['conns({ count: Number.NaN }).all()', 64, 'option "count" is NaN, not a whole number above 0'],
  ["conns.summary('constructor').all()", 64, 'what connections are added up by is "constructor"'],
  ["conns({ read: 'capture.pcap', packets: true }).all()", 64, 'option "packets" is about a live machine'],
  ["packets({ read: 'capture.pcap', bpf: 'tcp' }).all()", 64, 'option "bpf" is about a live machine'],
  ["packets({ engine: 'nope' }).all()", 64, 'option "engine" is "nope", not one of pcap, tcpdump, dumpcap'],
  ["follow({ read: 'capture.pcap', dir: 'c' }).all()", 64, 'option "dir" is "c", not one of both, a, b'],
  ['conns(null).all()', 64, 'options are an object, not null'],
  ['probe.hops([]).all()', 64, 'hops are those of a trace:// target, and none is asked'],
  ["(await openCapture({ read: 'capture.pcap' })).save('x.pcap', { format: 'zip' })", 64, 'option "format" is "zip"'],
])('%s rejects with a Failure', (call, exit, message) => {
  const file = path.join(project, 'rejects.mjs');
  fs.writeFileSync(
    file,
    `import * as netwatch from 'netwatch';
     const { conns, follow, ifaces, packets, stats, probe, openCapture, Failure } = netwatch;
     try { await ${call}; console.log('resolved'); }
     catch (error) { console.log(error instanceof Failure, error.exit, error.message); }`,
  );
  expect(run(file)).toMatch(new RegExp(`^true ${exit} ${message.replace(/[/"]/g, '.')}`));
});
