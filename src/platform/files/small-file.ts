import fs from 'node:fs';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';

const OPENED = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/** The bytes of a file of at most `most` bytes. Throws a Failure 65 for what is larger or no file, 66, 74 or 77. */
export function readSmallFile(name: string, most: number): Uint8Array {
  let fd: number | null = null;
  try {
    fd = fs.openSync(name, OPENED);
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new Failure(EXIT.data, `${name} is not a file`);
    const bytes = Buffer.alloc(most + 1);
    const length = fs.readSync(fd, bytes, 0, most + 1, 0);
    if (length > most) throw new Failure(EXIT.data, `${name} is larger than ${most} bytes`);
    return Uint8Array.from(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const exit = code === 'EACCES' || code === 'EPERM' ? EXIT.noPermission : code === 'ENOENT' ? EXIT.noInput : EXIT.io;
    throw new Failure(exit, `cannot read ${name}: ${reasonOf(error)}`);
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}
