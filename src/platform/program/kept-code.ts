import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** The last bytes of a file of kept code: the CRC-32 of those before. */
const CRC_BYTES = 4;

/** Who may write a file that only its owner may. */
const OTHERS_WRITE = 0o022;

/**
 * Where V8's code of a script is kept: beside it, for the version of node that runs. V8 itself refuses code of other
 * versions, flags and processors, and of a script that has another length; the script's name says what it holds.
 */
function fileOf(script: string): string {
  const { name, dir } = path.parse(script);
  return path.join(dir, `${name}-${process.version}-${process.arch}.code`);
}

/**
 * The code that was kept of a script; null where there is none that can be trusted. Kept code is code: it must be a file of
 * the script's owner, which nobody else may write. V8 believes what it is given, and damaged code makes it crash, so a
 * checksum is compared.
 */
export function readKeptCode(script: string): Buffer | null {
  let fd: number;
  try {
    fd = fs.openSync(fileOf(script), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.uid !== fs.statSync(script).uid || (stat.mode & OTHERS_WRITE) !== 0) return null;
    const bytes = fs.readFileSync(fd);
    const end = bytes.length - CRC_BYTES;
    if (end <= 0) return null;
    const code = bytes.subarray(0, end);
    return crc32(code) === bytes.readUInt32LE(end) ? code : null;
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

/** Keeps the code of a script. The file replaces one that is there as a whole, and belongs to who owns the script. */
export function writeKeptCode(script: string, code: Buffer): void {
  const { uid, gid } = fs.statSync(script);
  const temporary = `${fileOf(script)}.${process.pid}`;
  const crc = Buffer.alloc(CRC_BYTES);
  crc.writeUInt32LE(crc32(code));
  fs.rmSync(temporary, { force: true });
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    fs.writeSync(fd, Buffer.concat([code, crc]));
    fs.fchownSync(fd, uid, gid);
    fs.fchmodSync(fd, 0o644);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, fileOf(script));
}
