import { EXIT, Failure, messageOf } from '../failure.ts';
import type { Platform, SocketRequest, SocketSource } from '../system/platform.ts';
import type { Sensor } from '../system/sensor.ts';
import type { User } from '../system/user.ts';
import type { Surrender } from './surroundings.ts';

/** Where sockets with their owners come from, any number of times. */
export interface OwnedSockets {
  /** Those whose owners are asked for alone, unless told otherwise. */
  open(request?: SocketRequest): Promise<SocketSource>;
  close(): void;
}

const OWNERS: SocketRequest = { protocols: null, owners: true, processDetails: false, closed: false };

/** Sockets are read here, or, when this process is to give up its privileges, by one that stays able to see them. */
export async function openOwnedSockets(
  platform: Platform,
  { isLeft, user }: { readonly isLeft: boolean; readonly user: User | null },
): Promise<OwnedSockets> {
  if (!isLeft) return { open: async (request = OWNERS) => platform.openSockets(request), close: () => {} };
  const reader = await platform.openSocketReader(user);
  return { open: (request = OWNERS) => reader.open(request), close: reader.close };
}

/** The only source of them, with which all ends. */
export async function openOnly(opening: Promise<OwnedSockets>): Promise<SocketSource> {
  const owned = await opening;
  const source = await owned.open();
  return {
    read: () => source.read(),
    readClosed: () => source.readClosed(),
    close() {
      source.close();
      owned.close();
    },
  };
}

/** Two processes that come up side by side; neither stays when the other does not. Rejects with the Failure of the sensor first. */
export async function bothOf(
  opening: Promise<Sensor>,
  reading: Promise<SocketSource> | null,
): Promise<readonly [Sensor, SocketSource | null]> {
  const [sensor, sockets] = await Promise.allSettled([opening, reading]);
  if (sensor.status === 'fulfilled' && sockets.status === 'fulfilled') return [sensor.value, sockets.value];
  if (sensor.status === 'fulfilled') sensor.value.stop();
  if (sockets.status === 'fulfilled') sockets.value?.close();
  throw sensor.status === 'rejected' ? sensor.reason : (sockets as PromiseRejectedResult).reason;
}

/**
 * Gives up all privileges of this process; `captures` keeps the one that another sensor will need, and hands it to what it
 * starts. Rejects with a Failure 77 when that cannot be done.
 */
export async function becomeUnprivileged(
  platform: Platform,
  { user, prepare }: Surrender,
  sensor: Sensor,
  captures: boolean,
): Promise<void> {
  await prepare();
  try {
    if (captures) platform.dropPrivileges(user, ['CAP_NET_RAW'], 'and what it starts');
    else platform.dropPrivileges(user);
  } catch (error) {
    sensor.stop();
    throw new Failure(EXIT.noPermission, `netwatch cannot give up its privileges: ${messageOf(error)}`, {
      hint: '--sandbox off keeps them',
      cause: error,
    });
  }
}
