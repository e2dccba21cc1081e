/** Takes the place of test/support/tool.ts where the tests are bundled into the fuzzer: no tool is there. */
export const toolIsMissing = (): boolean => true;
export function runTool(): never {
  throw new Error('no tool is run here');
}
