import fs from 'node:fs';
import { type OutputFile, removeIfThere } from '../files/capture-output.ts';
import { MadeFiles } from '../files/made-files.ts';
import { PackedFiles, removerOf } from '../files/pack-files.ts';
import { heldPlace } from '../files/place.ts';
import { sendFile } from '../linux/file-passage.ts';
import { FILE_RIGHTS, landlockVersion, restrictFiles } from '../linux/landlock.ts';
import { realClock } from '../machine/real-clock.ts';
import { openSystem } from '../system/open-system.ts';
import { answer } from './questions.ts';
import type { WriterOrder } from './write-aside.ts';

/**
 * Entry point of the process that creates, renames and removes files in one folder, for a process that has given up its
 * privileges: as the user who called sudo if that user may, or else as root. It keeps the capabilities that this takes
 * and, under Landlock, access to that one folder. It removes only files that it created, and looks at no byte of what
 * it writes.
 */
const { caller, folder, packs, force, made } = JSON.parse(process.argv[2]!) as WriterOrder;
/** The descriptor of the folder, as the parent process holds it; see openAsked. */
const FOLDER = 4;
/** By which it passes files on. */
const SENDER = 5;
const own = heldPlace(FOLDER, folder);
const platform = await openSystem({ root: null, netns: null }, realClock);
const becomes = caller === null ? [] : (['CAP_SETGID', 'CAP_SETUID'] as const);
platform.dropPrivileges(null, ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', ...becomes]);
const version = platform.name === 'linux' ? landlockVersion() : 0;
if (version > 0) {
  const rights = packs ? FILE_RIGHTS.write | FILE_RIGHTS.read : FILE_RIGHTS.write;
  restrictFiles(version, [{ file: own.at('.'), rights }]);
}

const files = new MadeFiles(caller, () => own);
const packed = new PackedFiles(files, force);
const remove = removerOf(files);
const open = new Map<number, OutputFile>();
let count = 0;
const take = (number: number): OutputFile => {
  const file = open.get(number)!;
  open.delete(number);
  return file;
};

answer({
  async create(name: string): Promise<number> {
    open.set(++count, await files.create(name, force));
    return count;
  },
  write: (number: number, bytes: Uint8Array) => open.get(number)!.write(bytes),
  // who gets it can write to it, and to nothing else
  pass: (number: number) => sendFile(SENDER, open.get(number)!.fd!),
  sync: (number: number) => open.get(number)!.sync(),
  size: (number: number) => open.get(number)!.size(),
  finish: (number: number) => take(number).finish(),
  keep: (number: number) => take(number).keep(),
  abandon: (number: number) => take(number).abandon(),
  remove: (name: string) => remove(name),
  // these are done while others are answered
  pack: async (name: string) => packed.pack(name),
  removePacked: async (name: string) => packed.remove(name),
  packed: () => packed.end(),
  renameMade: () => fs.renameSync(own.at(made!.written), own.at(made!.final)),
  removeMade: () => removeIfThere(own.at(made!.written)),
});
