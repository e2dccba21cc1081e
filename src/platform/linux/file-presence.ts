import path from 'node:path';
import type { Host } from '../../core/system/host.ts';

/** Whether the folder of this file lists it; false too when the folder may not be read. */
export function isPresent(host: Host, file: string): boolean {
  try {
    return host.list(path.posix.dirname(file)).includes(path.posix.basename(file));
  } catch {
    return false;
  }
}
