/** Replaces the words of the command line, which everybody on this machine can read: they hold a secret. */
export function hideArguments(shown: string): void {
  process.title = shown;
}
