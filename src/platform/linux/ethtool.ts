import type { InterfaceReading } from '../../core/system/platform.ts';
import { blankRequest, nameInterface, openRequests, VALUE_AT } from './ifreq.ts';
import { libc } from './libc.ts';

/** ETHTOOL_GSET (include/uapi/linux/ethtool.h): one call and no privilege; newer drivers answer it through the kernel. */
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GSET = 1;
const ETHTOOL_CMD_BYTES = 44;

/** Speed and duplex of a link; null where the driver does not know. */
export type LinkSettings = Pick<InterfaceReading, 'speed_mbps' | 'duplex'>;

export interface Ethtool {
  /** Settings of the interface of this name. Never throws: an interface without them has nulls. */
  settings(name: string): LinkSettings;
  close(): void;
}

/** Opens a socket to ask drivers through, in the network namespace this thread is in. Throws Failure 69 without koffi. */
export function openEthtool(): Ethtool {
  const c = libc();
  const fd = openRequests(c); // -1 fails in each ioctl below
  const command = Buffer.allocUnsafeSlow(ETHTOOL_CMD_BYTES);
  const request = blankRequest();
  return {
    settings(name) {
      command.fill(0).writeUInt32LE(ETHTOOL_GSET, 0);
      nameInterface(request, name);
      request.writeBigUInt64LE(c.address(command), VALUE_AT);
      if (c.ioctl(fd, SIOCETHTOOL, request) < 0) return { speed_mbps: null, duplex: null };
      return parseSettings(command);
    },
    close: () => void c.close(fd),
  };
}

/** struct ethtool_cmd, all of its 44 bytes. */
export function parseSettings(command: Buffer): LinkSettings {
  const speed = command.readUInt16LE(12) + command.readUInt16LE(28) * 2 ** 16;
  const duplex = command[14];
  return {
    // SPEED_UNKNOWN is -1, and 65535 from drivers that know 16 bits of it
    speed_mbps: speed === 0 || speed === 0xffff || speed === 0xffff_ffff ? null : speed,
    duplex: duplex === 0 ? 'half' : duplex === 1 ? 'full' : null,
  };
}
