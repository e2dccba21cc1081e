import { describe, expect, test } from 'vitest';
import { openEthtool, parseSettings } from '../../../src/platform/linux/ethtool.ts';

function command(speed: number, speedHigh: number, duplex: number): Buffer {
  const bytes = Buffer.alloc(44);
  bytes.writeUInt16LE(speed, 12);
  bytes[14] = duplex;
  bytes.writeUInt16LE(speedHigh, 28);
  return bytes;
}

test.each([
  ['1 Gbit/s', command(1000, 0, 1), { speed_mbps: 1000, duplex: 'full' }],
  ['10 Mbit/s, half duplex', command(10, 0, 0), { speed_mbps: 10, duplex: 'half' }],
  ['100 Gbit/s', command(0x86a0, 1, 1), { speed_mbps: 100_000, duplex: 'full' }],
  ['unknown', command(0xffff, 0xffff, 0xff), { speed_mbps: null, duplex: null }],
  ['unknown in 16 bits', command(0xffff, 0, 0xff), { speed_mbps: null, duplex: null }],
  ['none', command(0, 0, 1), { speed_mbps: null, duplex: 'full' }],
])('parseSettings: %s', (_, bytes, settings) => expect(parseSettings(bytes)).toEqual(settings));

describe.skipIf(process.platform !== 'linux')('openEthtool', () => {
  test.each(['lo', 'no-such-if', '', 'x'.repeat(64), '\0'])('an interface %j without settings has nulls', (name) => {
    const ethtool = openEthtool();
    try {
      expect(ethtool.settings(name)).toEqual({ speed_mbps: null, duplex: null });
    } finally {
      ethtool.close();
    }
  });
});
