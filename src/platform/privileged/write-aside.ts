import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import type { CaptureFiles, FileNames, Finisher, OutputFile } from '../files/capture-output.ts';
import { handoverOf } from '../files/handover.ts';
import { openFiles } from '../files/pack-files.ts';
import { openOwnPlace, type Place } from '../files/place.ts';
import { openFilePassage } from '../linux/file-passage.ts';
import { type Asked, openAsked } from './questions.ts';

/** The order that starts the process that writes files. */
export interface WriterOrder {
  /** The user who owns the files if that user could have created them; null for root's. */
  readonly caller: User | null;
  /** The only folder in which it may write. */
  readonly folder: string;
  /** Whether files are compressed, for which they must be read; and whether new files replace others. */
  readonly packs: boolean;
  readonly force: boolean;
  /** A file in it that already exists and that it is to rename or remove; null for none. */
  readonly made: FileNames | null;
}

/**
 * Files that are created after this process has given up its privileges, as for a ring: in the folder of `name`, by a
 * separate process that keeps what that takes. Call this before the privileges are gone. Throws Failure 73 if there is
 * no such folder.
 */
export function openRingAside(name: string, caller: User | null, packs: boolean, force: boolean): CaptureFiles {
  const place = placeFor(name);
  const passage = openFilePassage();
  const order = { caller, folder: path.dirname(name), packs, force, made: null };
  const asked = openWriter(place, order, passage?.sender ?? null);
  place.close();
  const numbers = new WeakMap<OutputFile, number>();
  const pass = async (file: OutputFile): Promise<void> => void (await asked.ask('pass', numbers.get(file)!));
  const handover = passage === null ? null : handoverOf(passage, pass);
  return {
    async create(file) {
      const number = (await asked.ask('create', file)) as number;
      const ask = async (does: string): Promise<void> => void (await asked.ask(does, number));
      const output: OutputFile = {
        fd: null,
        size: async () => (await asked.ask('size', number)) as number,
        write: async (bytes) => void (await asked.ask('write', number, bytes)),
        sync: () => ask('sync'),
        finish: () => ask('finish'),
        keep: async () => (await asked.ask('keep', number)) as Awaited<ReturnType<OutputFile['keep']>>,
        abandon: () => ask('abandon'),
      };
      numbers.set(output, number);
      return output;
    },
    createHere: openFiles(caller, force).createHere,
    remove: async (file) => void (await asked.ask('remove', file)),
    packing: {
      pack: async (file) => void (await asked.ask('pack', file)),
      remove: async (file) => void (await asked.ask('removePacked', file)),
      end: async () => (await asked.ask('packed')) as readonly string[],
    },
    openHandover: () => handover,
    close() {
      handover?.close();
      asked.close();
    },
  };
}

/**
 * Files that are created here, before this process gives up its privileges. Afterwards a separate process renames or
 * removes root's files; this process, which has become the caller, does so with the caller's.
 */
export function openFilesBefore(caller: User | null, force: boolean): CaptureFiles {
  let asked: Asked | null = null;
  const handOver = (place: Place, made: FileNames): Finisher => {
    const folder = path.dirname(place.at(made.final));
    const writer = openWriter(place, { caller: null, folder, packs: false, force, made });
    asked = writer;
    return {
      rename: async () => void (await writer.ask('renameMade')),
      remove: async () => void (await writer.ask('removeMade')),
    };
  };
  return { ...openFiles(caller, force, handOver), close: () => asked?.close() };
}

/** The folder is passed as an open descriptor, so that nobody can swap it; and what it passes files on by. */
function openWriter(place: Place, order: WriterOrder, sender: number | null = null): Asked {
  return openAsked('file-writer', order, [place.folder, sender]);
}

function placeFor(name: string): Place {
  try {
    return openOwnPlace(path.dirname(name));
  } catch (error) {
    throw new Failure(EXIT.cannotCreate, `${name} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}
