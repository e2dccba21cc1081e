import { EXIT, Failure } from '../failure.ts';
import { didYouMean, suggest } from '../suggest.ts';
import type { Platform } from '../system/platform.ts';

/**
 * The error to throw in place of the error of a capture that did not begin: if one of its devices is no interface, that
 * is a Failure 66 with the name that was probably meant. Without permission nobody learns whether a device is there, and an
 * interface may have names that are not listed: then the name must be like that of an interface.
 */
export async function explainMissing(
  platform: Pick<Platform, 'readInterfaces'>,
  devices: readonly string[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Failure) || (error.exit !== EXIT.noInput && error.exit !== EXIT.noPermission)) return error;
  const names = await namesOf(platform);
  const isMissing = (device: string): boolean =>
    device !== ANY && !names.includes(device) && (error.exit === EXIT.noInput || suggest(device, names) !== null);
  const missing = devices.find(isMissing);
  if (missing === undefined) return error;
  const hint = didYouMean(missing, names, 'netwatch ifaces lists them');
  return new Failure(EXIT.noInput, `no interface "${missing}"`, { hint, cause: error });
}

/** What libpcap calls all interfaces at once. */
const ANY = 'any';

/** The names of the interfaces; none where they cannot be read. */
async function namesOf(platform: Pick<Platform, 'readInterfaces'>): Promise<readonly string[]> {
  try {
    return (await platform.readInterfaces()).rows.map(({ name }) => name);
  } catch {
    return [];
  }
}
