import { spawn } from 'node:child_process';

/** A process that only wants to run every few milliseconds. */
export interface StallWatch {
  /** Ends it; resolves to the longest time in milliseconds that the machine kept it waiting. */
  end(): Promise<number>;
}

const SCRIPT = `
  const delays = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  process.stdout.write('watching');
  process.stdin.on('end', () => process.stdout.write(' ' + Math.round(delays.max / 1e6), () => process.exit())).resume();`;

/** Measures what a busy machine does to a process that runs beside netwatch, so that it is not held against netwatch. */
export async function watchStalls(): Promise<StallWatch> {
  const child = spawn(process.execPath, ['-e', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    async end() {
      child.stdin.end();
      await closed;
      return Number(/\d+/.exec(out)![0]);
    },
  };
}
