import fs from 'node:fs';
import { createOutputFile, type OutputFile, removeOutputFile } from '../capture-output.ts';
import { openPlatform } from '../index.ts';
import { FILE_RIGHTS, landlockVersion, restrictFiles } from '../linux/landlock.ts';
import { PackedFiles } from '../pack-files.ts';
import { answer } from './questions.ts';
import type { WriterOrder } from './write-aside.ts';

/**
 * Entry of the process that makes, renames and removes files in one folder, for one that has given up its privileges:
 * root may write where who called sudo may not. It keeps the three capabilities that this takes, and by Landlock the one
 * folder, and looks at no byte of what it writes.
 */
const { user, folder, packs, force } = JSON.parse(process.argv[2]!) as WriterOrder;
const platform = await openPlatform({ root: null, netns: null });
platform.dropPrivileges(null, ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER']);
const version = platform.name === 'linux' ? landlockVersion() : 0;
// one that is not there will be told of when a file in it is to be made
if (version > 0 && fs.existsSync(folder)) {
  const rights = packs ? FILE_RIGHTS.write | FILE_RIGHTS.read : FILE_RIGHTS.write;
  restrictFiles(version, [{ file: folder, rights }]);
}

const files = new Map<number, OutputFile>();
const packed = new PackedFiles(user, force);
let count = 0;
const take = (number: number): OutputFile => {
  const file = files.get(number)!;
  files.delete(number);
  return file;
};

answer({
  async create(name: string, force: boolean): Promise<number> {
    files.set(++count, await createOutputFile(name, force, { owner: user }));
    return count;
  },
  write: (number: number, bytes: Uint8Array) => files.get(number)!.write(bytes),
  sync: (number: number) => files.get(number)!.sync(),
  size: (number: number) => files.get(number)!.size(),
  finish: (number: number) => take(number).finish(),
  keep: (number: number) => take(number).keep(),
  abandon: (number: number) => take(number).abandon(),
  rename: (from: string, to: string) => fs.promises.rename(from, to),
  remove: (name: string) => removeOutputFile(name),
  // these are done while others are answered
  pack: async (name: string) => packed.pack(name),
  removePacked: async (name: string) => packed.remove(name),
  packed: () => packed.end(),
});
