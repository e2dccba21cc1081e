import type { CaptureFormat } from '../../core/capture/capture-writer.ts';
import { EXIT, Failure, messageOf } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { CaptureRequest } from '../../core/sample/capture-request.ts';
import { beginCapture } from '../../core/sample/live-capture.ts';
import { refuseTrace } from '../../core/sample/live-packets.ts';
import type { Place } from '../../core/sample/surroundings.ts';
import { type FileSeries, SensorCut } from '../../core/system/sensor.ts';
import type { CaptureFiles } from '../../platform/files/capture-output.ts';
import type { Context } from '../context/context.ts';
import { cutOf, keepBegun } from './end-direct.ts';
import { keptAndLost } from './kept-and-lost.ts';
import { RingFiles, type Rotation } from './ring-files.ts';
import { plainNameOf, type WriteRequest } from './write-request.ts';

/** Milliseconds that packets may wait in the kernel: with a clock of its own a file ends by that much too late. */
const GATHER_MS = 100;

/** A ring that the sensor writes, in this format. */
export interface RingRequest extends Pick<WriteRequest, 'write' | 'force' | 'most'> {
  readonly rotation: Rotation;
  readonly format: CaptureFormat;
}

/**
 * Lets the sensor write the files of a ring. It may create none: whenever it needs the next, it is passed one that is open,
 * and packets wait in the kernel meanwhile. Returns the exit status, or null where no file can be passed. Rejects as
 * `writeCapture` does.
 */
export async function captureRing(
  context: Context,
  place: Place,
  capture: CaptureRequest,
  request: RingRequest,
  files: CaptureFiles,
): Promise<number | null> {
  const handover = files.openHandover();
  if (handover === null) return null;
  const { rotation, format, most } = request;
  const talk = { now: context.clock.now, say: context.warn };
  const ring = new RingFiles(files, plainNameOf(request), request.force, rotation, talk);
  const refused: { by: unknown } = { by: null };
  /** One is passed after another; the last may still be under way when the sensor has ended. */
  let passing: Promise<void> = Promise.resolve();
  const series: FileSeries = {
    bytes: rotation.bytes,
    seconds: rotation.seconds,
    receiver: handover.receiver,
    next() {
      passing = passing
        .then(() => ring.turn(handover.pass))
        .catch((error: unknown) => {
          refused.by = error;
          handover.refuse();
        });
      return passing;
    },
  };
  try {
    refuseTrace(capture);
    const order = { format, most, fd: null, series, gatherMs: GATHER_MS };
    const { sensor, conclude } = await beginCapture(place, capture, { ...order, asksOwners: false });
    const forget = context.onSyncAsked(async () => {
      await sensor.sync();
      context.warn('the packets written so far are on the disk');
    });
    await conclude().finally(forget);
    await passing;
    if (refused.by !== null) throw refused.by;
    await ring.keep((file) => file.finish());
    const written = sensor.captured();
    context.say(`wrote ${written} of ${formatNumberOf(written, 'packet')} to ${ring.written}`);
    return EXIT.ok;
  } catch (error) {
    await passing;
    // which is no longer the last one if nothing could be written to it
    const { last } = ring.written;
    await ring.keep(keepBegun);
    if (!(error instanceof SensorCut)) throw error;
    throw refused.by === null ? cutOf(error, last) : refusalOf(refused.by, error);
  } finally {
    handover.close();
  }
}

/** Why there was no file, and what that means for packets. */
function refusalOf(why: unknown, { kept, lost }: SensorCut): Failure {
  const { exit = EXIT.io, hint = null } = why as Partial<Failure>;
  return new Failure(exit, `${messageOf(why)}; ${keptAndLost(kept, lost)}`, { hint, cause: why });
}
