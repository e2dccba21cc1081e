import type { CaptureReader } from '../core/capture/capture-reader.ts';
import { openCaptureReader } from '../core/capture/open-capture-reader.ts';
import { openCaptureSource } from '../platform/capture-source.ts';
import type { Context } from './context.ts';

/** The capture in a file, or on stdin for `-`. Rejects with a Failure 65, 66, 74 or 77. */
export async function openCapture(context: Context, file: string): Promise<CaptureReader> {
  const source = await openCaptureSource(file, context.signal);
  try {
    return await openCaptureReader(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}
