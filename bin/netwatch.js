#!/usr/bin/env node
// before anything is loaded: without a listener SIGUSR1 opens the inspector of node on 127.0.0.1:9229, and SIGUSR2 is the end
for (const name of ['SIGUSR1', 'SIGUSR2']) process.on(name, () => {});

const { existsSync } = require('node:fs');
const program = `${__dirname}/../dist/main.cjs`;
if (existsSync(program)) {
  run(require(program));
} else {
  process.stderr.write('netwatch is not built: run npm start once\n');
  process.exitCode = 70;
}

async function run({ main }) {
  process.exitCode = await main(process.argv.slice(2));
  // going by itself, node would first finish optimising code that will never run (6 ms), and wait for reads that never end
  const isOut = (stream) => stream.writableLength === 0 || new Promise((resolve) => stream.write('', resolve));
  await Promise.all([isOut(process.stdout), isOut(process.stderr)]);
  process.exit();
}
