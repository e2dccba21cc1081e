import fs from 'node:fs';
import { EXIT, Failure } from '../../core/failure.ts';
import { PAGE_START } from '../../core/html/page.ts';
import type { Sink } from '../../core/output/sink.ts';
import { formatBytes } from '../../core/output/units.ts';
import { lookAt, refuseOtherKinds } from '../../platform/files/replaced-file.ts';
import { refuseStreamLink } from '../../platform/files/stream-link.ts';
import type { Context } from '../context/context.ts';
import type { ListingCommand, ListingValues } from '../listing/command.ts';
import { runListing } from '../listing/run-listing.ts';
import type { Options } from '../options/option.ts';
import { openWholeFiles } from './capture-files.ts';

/** The file of a report. */
export interface ReportFile {
  readonly name: string;
  /** Whether it may replace a file that is no report. */
  readonly force: boolean;
  /** Whether a run that is interrupted has read only a part, of which there should be no report. */
  readonly isWhole: boolean;
}

/**
 * Runs a listing whose report goes into a file instead of stdout; returns its exit status. The file is written beside the old
 * one, to the disk, and renamed at the end, so that a reader sees a whole report; when the run fails, what was there stays.
 * Rejects as the listing does, and with a Failure 73 or 74.
 */
export async function writeReport(
  command: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
  { name, force, isWhole }: ReportFile,
): Promise<number> {
  refuseOthers(name, force);
  const request = { write: name, force: true, isLive: false, sandbox: 'on' } as const;
  // before the command gives up the privileges that this may take
  const files = openWholeFiles(context, request);
  const file = await files.createHere(name, true);
  const page = openPageSink();
  const terminal = { ...context.terminal, stdoutIsTerminal: false };
  try {
    const plain = { ...values, out: null, force: false };
    const status = await runListing(command, { ...context, stdout: page, terminal }, plain, operands);
    if (isWhole && context.signal.aborted) {
      await file.abandon();
      context.warn(`interrupted: there is no report, and ${name} is as it was`);
      return status;
    }
    const bytes = page.bytes();
    await file.write(bytes);
    await file.sync();
    await file.finish();
    context.say(`wrote ${formatBytes(bytes.length)} to ${name}`);
    return status;
  } catch (error) {
    await file.abandon();
    throw error;
  } finally {
    files.close();
  }
}

/**
 * Throws Failure 73 for what is no file, and, without `force`, for a file that is no report: it was not meant. One that is a
 * report is replaced each day.
 */
function refuseOthers(name: string, force: boolean): void {
  refuseStreamLink(name, TO_STDOUT);
  const stat = lookAt(name);
  if (stat === null) return;
  refuseOtherKinds(name, stat, TO_STDOUT);
  if (force || (stat.isFile() && beginsAsReport(name))) return;
  throw new Failure(EXIT.cannotCreate, `${name} exists already, and is no report of netwatch`, {
    hint: '--force replaces it',
  });
}

const TO_STDOUT = 'without --out it is written to stdout';

function beginsAsReport(name: string): boolean {
  const start = Buffer.from(PAGE_START);
  const there = Buffer.alloc(start.length);
  let fd: number;
  try {
    fd = fs.openSync(name, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch {
    return false; // who may not read it cannot have written it
  }
  try {
    return fs.readSync(fd, there) === start.length && there.equals(start);
  } catch {
    return false;
  } finally {
    fs.closeSync(fd);
  }
}

/** A page is of bounded size, and is held until it is whole. */
function openPageSink(): Sink & { bytes(): Uint8Array } {
  const texts: string[] = [];
  return {
    write(text) {
      texts.push(text);
      return undefined;
    },
    writeBytes: () => undefined,
    flush: async () => {},
    bytes: () => Buffer.from(texts.join('')),
  };
}
