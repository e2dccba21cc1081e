#!/usr/bin/env node
// before anything is loaded: without a listener SIGUSR1 opens the inspector of node on 127.0.0.1:9229, and SIGUSR2 is the end
for (const name of ['SIGUSR1', 'SIGUSR2']) process.on(name, () => {});

const { existsSync } = await import('node:fs');
const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  const argv = process.argv.slice(2);
  const { headStart } = await import(new URL('../dist/head-start.js', import.meta.url).href);
  const begun = headStart(argv);
  const { main } = await import(program.href);
  process.exitCode = await main(argv, begun);
  // all output is out; going by itself, node would first finish optimising code that will never run (6 ms)
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
} else {
  process.stderr.write('netwatch is not built: run npm start once\n');
  process.exitCode = 70;
}
