import fs from 'node:fs';
import path from 'node:path';
import type { User } from '../../core/system/user.ts';
import { processExists } from '../linux/process-state.ts';
import { openOwnPlace, type Place, placeOf } from './place.ts';

/** The name of a file while it is written, beside the one that it will replace: `.NAME.PID`. */
export const writtenName = (final: string): string => `.${final}.${process.pid}`;

/** The largest PID of any system has seven digits. */
const PID = /^[1-9]\d{0,6}$/;

/**
 * Removes what earlier processes left beside a file when they were killed while they wrote it: regular files named
 * `.NAME.PID`, of the caller or of this process, whose process is gone. Call it before this process writes the file
 * itself. Never throws: what cannot be looked at or removed stays.
 */
export function removeLeftovers(file: string, caller: User | null): void {
  const folder = path.dirname(file);
  const places = [() => openOwnPlace(folder), ...(caller === null ? [] : [() => placeOf(caller, folder)])];
  for (const open of places) {
    try {
      const place = open();
      try {
        removeIn(place, `.${path.basename(file)}.`);
      } finally {
        place.close();
      }
    } catch {
      // who creates the file says what is wrong with its folder
    }
  }
}

function removeIn(place: Place, start: string): void {
  const names = place
    .do(() => fs.readdirSync(place.at('.')))
    .filter((name) => name.startsWith(start) && PID.test(name.slice(start.length)));
  for (const name of names) {
    if (isGone(Number(name.slice(start.length)))) place.do(() => removeOwn(place, name));
  }
}

function removeOwn(place: Place, name: string): void {
  const stat = fs.lstatSync(place.at(name));
  if (stat.isFile() && stat.uid === (place.user?.uid ?? process.geteuid?.())) fs.unlinkSync(place.at(name));
}

/** In a container, the process that was killed had the PID that this one has. */
const isGone = (pid: number): boolean => pid === process.pid || !processExists(pid);
