import fs from 'node:fs';

/** Whether two names are of one file, by whatever links; `-` is stdin. False when one of them is of nothing. */
export function isSameFile(one: string, other: string): boolean {
  const first = numbersOf(one);
  const second = numbersOf(other);
  return first !== null && second !== null && first.dev === second.dev && first.ino === second.ino;
}

function numbersOf(file: string): fs.BigIntStats | null {
  try {
    return file === '-' ? fs.fstatSync(0, { bigint: true }) : fs.statSync(file, { bigint: true });
  } catch {
    return null; // who opens it says why
  }
}
