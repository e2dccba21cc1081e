import fs from 'node:fs';

/**
 * The text of a file that somebody else named. Never waits: a pipe without a writer would block the program and its
 * signals. Throws the error of the system call, or an error that says that the path is not a file.
 */
export function readNamedFile(file: string, encoding: 'utf8' | 'latin1'): string {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY);
  try {
    if (!fs.fstatSync(fd).isFile()) throw Object.assign(new Error(`${file} is not a file`), { code: 'EINVAL' });
    return fs.readFileSync(fd, encoding);
  } finally {
    fs.closeSync(fd);
  }
}
