import fs from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../core/failure.ts';
import type { SensorNode } from '../../core/system/platform.ts';
import { parseEffectiveCapabilities } from './capabilities.ts';

/** The copy of node that may capture: a capability given to everybody's node would be given to every script. */
export const SENSOR_NODE = '/usr/local/lib/netwatch/sensor-node';

/**
 * The copy, if this user needs it, it exists, and nobody but root could have changed it; otherwise the node that is
 * running.
 */
export function findSensorNode(copy = SENSOR_NODE): SensorNode {
  const grant = grantCommand();
  const own = { file: process.execPath, ignored: null, grant };
  if (process.getuid?.() === 0 || mayCapture() || !fs.existsSync(copy)) return own;
  const fault = faultOf(copy);
  return fault === null ? { file: copy, ignored: null, grant } : { ...own, ignored: `${copy} is not used: ${fault}` };
}

/** Whether this process already has the capability: from systemd, setpriv, or a former root. */
function mayCapture(): boolean {
  return parseEffectiveCapabilities(fs.readFileSync('/proc/self/status', 'utf8')).has('CAP_NET_RAW');
}

const WRITABLE_BY_OTHERS = 0o022;

function faultOf(copy: string): string | null {
  try {
    for (const file of [path.dirname(copy), copy]) {
      const stat = fs.lstatSync(file);
      if (file === copy && !stat.isFile()) return 'it is not a file';
      if (stat.uid !== 0) return `${file} is not owned by root`;
      if ((stat.mode & WRITABLE_BY_OTHERS) !== 0) return `${file} may be written by users other than root`;
    }
    fs.accessSync(copy, fs.constants.X_OK);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * The commands that make the copy, for the group of this user; null for root, which was denied the capability from
 * outside.
 */
export function grantCommand(): string | null {
  if (process.getuid?.() === 0) return null;
  const install = `sudo install -D -o root -g "$(id -gn)" -m 750 ${quote(process.execPath)} ${SENSOR_NODE}`;
  return `${install} && sudo setcap cap_net_raw=ep ${SENSOR_NODE}`;
}

/** Quotes a word for a shell. */
function quote(word: string): string {
  return /^[\w/.+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What keeps a capability of a file from being given, in the text of /proc/self/status; null for nothing. */
export function obstacleOf(status: string): string | null {
  return /^NoNewPrivs:\t1$/m.test(status)
    ? 'the program that started netwatch set no_new_privs, so no capability can be gained'
    : null;
}
