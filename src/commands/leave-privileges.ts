import { EXIT, Failure, messageOf } from '../core/failure.ts';
import type { Platform, SocketRequest, SocketSource, User } from '../platform/platform.ts';
import { openSocketsAside } from '../platform/privileged/read-sockets-aside.ts';
import type { Sensor } from '../platform/sensor/open-sensor.ts';

/**
 * Sockets with their owners: read here, or, when this process is to become somebody else (null for who is not root), by
 * one that stays able to see them.
 */
export async function openOwnedSockets(
  platform: Platform,
  drop: { readonly becomes: User | null } | null,
  request: SocketRequest = { protocols: null, owners: true, processDetails: false, closed: false },
): Promise<SocketSource> {
  return drop === null ? platform.openSockets(request) : openSocketsAside(request, drop.becomes);
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
  user: User | null,
  sensor: Sensor,
  captures: boolean,
): Promise<void> {
  // what is only loaded when something is printed: the folder of the program may be closed to that user
  await Promise.all([import('chalk'), import('cli-table3')]);
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
