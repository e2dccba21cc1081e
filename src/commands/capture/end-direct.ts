import { EXIT, Failure } from '../../core/failure.ts';
import type { SensorCut } from '../../core/system/sensor.ts';
import type { OutputFile } from '../../platform/files/capture-output.ts';
import { keptAndLost } from './kept-and-lost.ts';

/** Ends a file that the sensor wrote; if it has written nothing, removes it. */
export async function keepBegun(file: OutputFile): Promise<'kept' | 'abandoned'> {
  const wasBegun = (await file.size()) > 0;
  await (wasBegun ? file.finish() : file.abandon());
  return wasBegun ? 'kept' : 'abandoned';
}

/** What a file that is cut says of itself. */
export function cutOf(error: SensorCut, name: string): Failure {
  const { message, kept, lost } = error;
  return new Failure(EXIT.io, `${name} cannot be written: ${message}; ${keptAndLost(kept, lost)}`, { cause: error });
}
