/**
 * Takes the place of vitest where the tests are bundled into the fuzzer: what they hand to the dissector is wanted, not
 * what they expect of it. Tests run when `runTests` is called; those that fail here, or need a tool, give what they gave.
 */
type Run = (...row: readonly unknown[]) => unknown;

const waiting: (() => unknown)[] = [];

const rowOf = (row: unknown): readonly unknown[] => (Array.isArray(row) ? row : [row]);
const never = Object.assign(() => {}, { each: () => () => {} });
const each =
  (rows: readonly unknown[]) =>
  (_name: string, run: Run): void => {
    for (const row of rows) waiting.push(() => run(...rowOf(row)));
  };
const eachNow =
  (rows: readonly unknown[]) =>
  (_name: string, run: Run): void => {
    for (const row of rows) run(...rowOf(row));
  };

export const test = Object.assign((_name: string, run: Run): void => void waiting.push(run), {
  each,
  skipIf: () => never,
  runIf: () => never,
});
export const describe = Object.assign((_name: string, run: Run): void => void run(), {
  each: eachNow,
  skipIf: () => never,
});
/** Whatever is expected holds. */
export const expect: unknown = new Proxy(() => {}, {
  get: (_target, name) => (name === 'then' ? undefined : expect),
  apply: () => expect,
});
export const beforeAll = (run: Run): void => void waiting.push(run);
export const afterAll = (): void => {};

export async function runTests(): Promise<void> {
  for (const run of waiting.splice(0)) {
    try {
      await run();
    } catch {
      // what it expects of vitest is not here; what it has dissected is
    }
  }
}
