/** Made by bundle.js: loads each test file whose frames are samples. */
declare module 'fuzz:tests' {
  export const TESTS: readonly (() => Promise<unknown>)[];
}
