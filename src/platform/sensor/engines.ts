import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Engine, Tool } from '../../core/system/sensor.ts';

/** The Debian package of each. */
export const PACKAGES: Readonly<Record<Tool, string>> = { tcpdump: 'tcpdump', dumpcap: 'wireshark-common' };

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The path of a program; null if there is none. Does not search PATH, which the user who called sudo may have set. */
export function findProgram(name: string, folders: readonly string[] = FOLDERS): string | null {
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the pcap module was built. Nothing is loaded: it is native code, which only the sensor runs. */
function isPcapBuilt(): boolean {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('pcap/package.json'));
    return fs.existsSync(path.join(folder, 'build/Release/pcap_binding.node'));
  } catch {
    return false;
  }
}

/**
 * The engine that was asked for; or else the sensor; or, without the pcap module, the installed tool, the more capable
 * one first.
 */
export function chooseEngine(asked: Engine | null, isBuilt = isPcapBuilt, find = findProgram): Engine {
  if (asked !== null) return asked;
  if (isBuilt()) return 'pcap';
  return (['dumpcap', 'tcpdump'] as const).find((tool) => find(tool) !== null) ?? 'pcap';
}
