import { EXIT, Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Platform } from '../../core/system/platform.ts';

/** An interface that does not exist is an error, not an empty answer. Throws Failure 66. */
export async function requireInterface(platform: Platform, name: string): Promise<void> {
  const { rows } = await platform.readInterfaces();
  if (rows.some((row) => row.name === name)) return;
  const names = rows.map((row) => row.name);
  throw new Failure(EXIT.noInput, `no interface "${name}"`, {
    hint: didYouMean(name, names, 'netwatch ifaces lists them'),
  });
}
