import fs from 'node:fs';
import { EXIT, type ExitStatus } from '../../core/failure.ts';
import { libc } from '../linux/libc.ts';
import { obstacleOf } from '../linux/sensor-node.ts';
import type { FrameVector } from './frame-vector.ts';
import { MESSAGES_FD, type SensorMessage, type SensorOrder } from './messages.ts';

/** A pipe cannot be, and need not. */
export function sync(fd: number): void {
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  }
}

/** Writes as much as possible; 0 while the reader is slow. Throws as fs.writeSync does. */
export function writeSome(fd: number, bytes: Uint8Array, at: number): number {
  try {
    return fs.writeSync(fd, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

/** Writes frames from where they lie; returns how many bytes were taken, 0 when it could not. */
export function writeFrames(fd: number, { entries, count }: FrameVector): number {
  return Math.max(0, libc().writev(fd, entries, count));
}

/** Messages are of no use when nobody is there to read them. */
export function say(message: SensorMessage): void {
  try {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSome(MESSAGES_FD, bytes, at);
  } catch {
    process.exit(0);
  }
}

export function fail(status: ExitStatus, message: string, hint: string | null): void {
  say({ type: 'failed', status, message, hint });
}

/** Libpcap's words tell which it is: permission, a device that is not there, or another reason. */
export function failToOpen({ system, grant }: SensorOrder, name: string, message: string): void {
  const words = message.replace(/\s+/g, ' ').trim();
  if (/permission|not permitted|CAP_NET_RAW/i.test(words)) {
    const obstacle = system === 'linux' ? obstacleOf(fs.readFileSync('/proc/self/status', 'utf8')) : null;
    fail(EXIT.noPermission, `capturing on ${name} needs CAP_NET_RAW: ${obstacle ?? words}`, grant);
  } else if (/no such device/i.test(words)) fail(EXIT.noInput, `no interface "${name}"`, 'netwatch ifaces');
  else fail(EXIT.unavailable, `${name} cannot be captured from: ${words}`, null);
}
