import type { CaptureFormat } from '../../core/capture/capture-writer.ts';
import { EXIT } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { CaptureRequest } from '../../core/sample/capture-request.ts';
import { beginCapture } from '../../core/sample/live-capture.ts';
import { refuseTrace } from '../../core/sample/live-packets.ts';
import type { Place } from '../../core/sample/surroundings.ts';
import { SensorCut } from '../../core/system/sensor.ts';
import type { CaptureFiles } from '../../platform/files/capture-output.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import { captureFormatOf } from '../listing/written-format.ts';
import { captureRing } from './capture-ring.ts';
import { cutOf, keepBegun } from './end-direct.ts';
import { plainNameOf, type WriteRequest } from './write-request.ts';

/**
 * Whether the sensor can write the file by itself: nothing about the packets is needed, and a pcap file has packets of
 * only one interface.
 */
function isDirect(
  { platform }: Place,
  request: WriteRequest,
  { engine, devices, reconnects }: CaptureRequest,
): boolean {
  const { filter, write, annotate, rotation } = request;
  if (filter !== null || write === '-' || annotate) return false;
  // another sensor would have to go on in the middle of a file that this process has no descriptor of
  if (rotation !== null && reconnects) return false;
  return platform.chooseEngine(engine) === 'pcap' && (liveFormat(request) === 'pcapng' || (devices?.length ?? 1) === 1);
}

const liveFormat = (request: WriteRequest): CaptureFormat =>
  request.as ?? captureFormatOf(plainNameOf(request)) ?? 'pcapng';

/** Milliseconds that packets for a file may wait in the kernel. */
const GATHER_MS = 250;

/**
 * Lets the sensor write the file, or the files of a ring, if it can: then no packet passes through this process, which cuts
 * the cost to a quarter. Returns the exit status, or null if it cannot. Rejects as `writeCapture` does.
 */
export async function captureDirectly(
  context: Context,
  request: WriteRequest,
  capture: CaptureRequest,
  files: CaptureFiles,
): Promise<number | null> {
  const place = await placeOf(context);
  if (!isDirect(place, request, capture)) return null;
  const { rotation } = request;
  const format = liveFormat(request);
  if (rotation !== null) return captureRing(context, place, capture, { ...request, rotation, format }, files);
  const file = await files.createHere(request.write, request.force);
  try {
    refuseTrace(capture);
    const order = { format, most: request.most, fd: file.fd, series: null, gatherMs: GATHER_MS };
    const { sensor, conclude } = await beginCapture(place, capture, { ...order, asksOwners: false });
    const forget = context.onSyncAsked(async () => {
      context.warn(`${formatNumberOf(await sensor.sync(), 'packet')} on the disk`);
    });
    await conclude().finally(forget);
    const written = sensor.captured();
    await file.finish();
    context.say(`wrote ${formatNumberOf(written, 'packet')} to ${request.write}`);
    return EXIT.ok;
  } catch (error) {
    await keepBegun(file);
    throw error instanceof SensorCut ? cutOf(error, request.write) : error;
  }
}
