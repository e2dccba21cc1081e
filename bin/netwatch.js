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
  // going by itself, node would first finish optimising code that will never run (6 ms), and wait for reads that never end
  const isOut = (stream) => stream.writableLength === 0 || new Promise((resolve) => stream.write('', resolve));
  await Promise.all([isOut(process.stdout), isOut(process.stderr)]);
  process.exit();
} else {
  process.stderr.write('netwatch is not built: run npm start once\n');
  process.exitCode = 70;
}
