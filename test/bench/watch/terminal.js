// A program on a pseudo-terminal, and when it wrote what.
import { spawn } from 'node:child_process';
import path from 'node:path';

const DRIVER = path.join(import.meta.dirname, 'pty-driver.py');
/** A letter, three doubles and a length. */
const HEAD = 29;

/**
 * Runs a command on a terminal of this size. `heard` is told of each frame of the driver: `kind`, `ms` of the monotonic clock,
 * `cpuMs` of the program and its children, `waitMs` that the machine kept it from running, `text`. Resolves when it runs.
 */
export async function openTerminal([columns, rows], command, { env = {}, heard = () => {} } = {}) {
  const driver = spawn('python3', [DRIVER, String(columns), String(rows), ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      NETWATCH_CONFIG: 'none',
      ...env,
    },
  });
  const waits = new Set();
  let held = Buffer.alloc(0);
  const decoder = new TextDecoder('utf-8', { fatal: false });
  const take = (frame) => {
    heard(frame);
    for (const wait of waits) if (wait.wants(frame)) wait.settle(frame);
  };
  driver.stdout.on('data', (bytes) => {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    while (held.length >= HEAD && held.length >= HEAD + held.readUInt32BE(25)) {
      const end = HEAD + held.readUInt32BE(25);
      const kind = String.fromCharCode(held[0]);
      const contents = held.subarray(HEAD, end);
      take({
        kind,
        ms: held.readDoubleBE(1) * 1000,
        cpuMs: held.readDoubleBE(9) * 1000,
        waitMs: held.readDoubleBE(17) * 1000,
        text: kind === 'o' ? decoder.decode(contents, { stream: true }) : contents.toString(),
      });
      held = held.subarray(end);
    }
  });
  const closed = new Promise((resolve) => driver.on('close', resolve));
  driver.stdin.on('error', () => {});
  const tell = (order) => driver.stdin.write(`${JSON.stringify(order)}\n`);

  /** The first frame from now on of which this holds; null when the time is over, or the program. */
  const next = (wants, timeoutMs = 60_000) =>
    new Promise((resolve) => {
      const settle = (frame) => {
        waits.delete(wait);
        clearTimeout(timer);
        resolve(frame);
      };
      const wait = { wants, settle };
      const timer = setTimeout(() => settle(null), timeoutMs);
      closed.then(() => settle(null));
      waits.add(wait);
    });
  const started = await next(({ kind }) => kind === 'f');
  return {
    pid: Number(started.text),
    startedMs: started.ms,
    next,
    /** Presses keys; resolves to the frame that says when they were written. */
    async press(keys) {
      const written = next(({ kind }) => kind === 'w');
      tell({ write: keys });
      return written;
    },
    resize(width, height) {
      tell({ size: [width, height] });
    },
    /** Ends it; resolves when it is gone. */
    async close() {
      driver.stdin.end();
      await closed;
    },
  };
}
