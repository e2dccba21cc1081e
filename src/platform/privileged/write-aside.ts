import path from 'node:path';
import type { CaptureFiles, OutputFile } from '../capture-output.ts';
import { createOutputFile } from '../capture-output.ts';
import type { User } from '../platform.ts';
import { openAsked } from './questions.ts';

/** What the process that writes files is started with. */
export interface WriterOrder {
  /** Whose the files are. */
  readonly user: User;
  /** The only folder it may write in. */
  readonly folder: string;
  /** Whether files are packed, which takes reading them; and whether packed ones replace others. */
  readonly packs: boolean;
  readonly force: boolean;
}

/**
 * Files in the folder of `name`, made by a process of its own, which keeps what that takes when this one gives up its
 * privileges. To be opened before that.
 */
export function openFilesAside(name: string, user: User, packs: boolean, force: boolean): CaptureFiles {
  const order: WriterOrder = { user, folder: path.dirname(path.resolve(name)), packs, force };
  const asked = openAsked('file-writer', order);
  const remove = async (file: string): Promise<void> => void (await asked.ask('remove', file));
  return {
    async create(file, force) {
      const number = await asked.ask('create', file, force);
      const ask = async (does: string): Promise<void> => void (await asked.ask(does, number));
      return {
        fd: null,
        size: async () => (await asked.ask('size', number)) as number,
        write: async (bytes) => void (await asked.ask('write', number, bytes)),
        sync: () => ask('sync'),
        finish: () => ask('finish'),
        keep: async () => (await asked.ask('keep', number)) as Awaited<ReturnType<OutputFile['keep']>>,
        abandon: () => ask('abandon'),
      } satisfies OutputFile;
    },
    createHere: (file, force) =>
      createOutputFile(file, force, {
        owner: user,
        remove,
        rename: async (from, to) => void (await asked.ask('rename', from, to)),
      }),
    remove,
    packing: {
      pack: async (file) => void (await asked.ask('pack', file)),
      remove: async (file) => void (await asked.ask('removePacked', file)),
      end: async () => (await asked.ask('packed')) as readonly string[],
    },
    close: () => asked.close(),
  };
}
