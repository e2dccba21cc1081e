#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  const argv = process.argv.slice(2);
  const { headStart } = await import(new URL('../dist/head-start.js', import.meta.url).href);
  const begun = headStart(argv);
  const { main } = await import(program.href);
  process.exitCode = await main(argv, begun);
} else {
  process.stderr.write('netwatch is not built: run npm start once\n');
  process.exitCode = 70;
}
