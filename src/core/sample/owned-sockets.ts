import { EXIT, Failure, messageOf } from '../failure.ts';
import type { OperatingSystem, Platform, SocketRequest, SocketSource } from '../system/platform.ts';
import type { Sensor } from '../system/sensor.ts';
import type { User } from '../system/user.ts';
import type { Surrender } from './surroundings.ts';

/** Opens sources of sockets with their owners, any number of times, and reads which of these hold tunnels. */
export interface OwnedSockets {
  /** By default, a source that is read only for the owners. */
  open(request?: SocketRequest): Promise<SocketSource>;
  readonly readTunnels: OperatingSystem['readTunnels'];
  close(): void;
}

/** Whether this process will give up its privileges, and what the other one then becomes and keeps. */
export interface ReadAside {
  readonly isLeft: boolean;
  readonly user: User | null;
  /** Whether peers of WireGuard are read, which takes CAP_NET_ADMIN. */
  readonly readsPeers?: boolean;
}

const OWNERS: SocketRequest = { protocols: null, owners: true, processDetails: false, closed: false };

/**
 * Reads sockets in this process; or, if this process is going to give up its privileges, in another one that remains
 * able to see them.
 */
export async function openOwnedSockets(
  platform: Platform,
  { isLeft, user, readsPeers = false }: ReadAside,
): Promise<OwnedSockets> {
  if (!isLeft) {
    const { readTunnels } = platform;
    return { open: async (request = OWNERS) => platform.openSockets(request), readTunnels, close: () => {} };
  }
  const reader = await platform.openSocketReader(user, readsPeers);
  const { readTunnels, close } = reader;
  return { open: (request = OWNERS) => reader.open(request), readTunnels, close };
}

/** Opens the only source of sockets; closing it ends everything. */
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

/** Starts two processes in parallel; if one fails, the other ends too. Rejects with the Failure of the sensor first. */
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
 * Gives up all privileges of this process; with `captures` it keeps the one that another sensor will need, and passes
 * it to the processes it starts. Rejects with a Failure 77 when that is impossible.
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
