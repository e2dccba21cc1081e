import fs from 'node:fs';
import { type FilePassage, openFilePassage, sendFile } from '../linux/file-passage.ts';
import type { FileHandover, OutputFile } from './capture-output.ts';

/** The way by which another process gets files that are open in this one; null where there is none. */
export function openHandover(): FileHandover | null {
  const passage = openFilePassage();
  return passage === null ? null : handoverOf(passage, async ({ fd }, sender) => sendFile(sender, fd!));
}

/** The same, of files that are open in a third process, which has inherited the sender and is asked by `pass`. */
export function handoverOf(
  { sender, receiver }: FilePassage,
  pass: (file: OutputFile, sender: number) => Promise<void>,
): FileHandover {
  let isOpen = true;
  return {
    receiver,
    pass: (file) => pass(file, sender),
    refuse: () => sendFile(sender, null),
    close() {
      if (!isOpen) return;
      isOpen = false;
      fs.closeSync(sender);
      fs.closeSync(receiver);
    },
  };
}
