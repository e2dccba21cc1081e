/**
 * The files and commands of the operating system. With a root, every path is read below that folder and every command's
 * output from `ROOT/run/<command line>`, so that a machine can be a folder: for a test, or as a bug report.
 */
export interface Host {
  readonly root: string | null;
  /** The file's text. Throws the error of the system call. */
  read(file: string): string;
  /** The file's text, or null when it is absent or may not be read. */
  readIfAny(file: string): string | null;
  /** Names in a folder. Throws the error of the system call. */
  list(folder: string): string[];
  /** Target of a symbolic link. Throws the error of the system call. */
  link(file: string): string;
  /** Target of a symbolic link, or null. */
  linkIfAny(file: string): string | null;
  /**
   * Standard output of a command, run without a shell, with limits on time and size and a clean environment. Throws
   * Failure 69 when the command is missing, fails or takes too long.
   */
  run(file: string, args: readonly string[]): Promise<string>;
}
