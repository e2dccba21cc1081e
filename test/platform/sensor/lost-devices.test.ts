import { expect, test } from 'vitest';
import { LostDevices } from '../../../src/platform/sensor/lost-devices.ts';
import type { PcapDevice } from '../../../src/platform/sensor/pcap-device.ts';

/** A device that may go, and whether its last packets were asked for. */
const deviceOf = (name: string) => {
  const device = { name, isHere: true, isDrained: false, tap: { drain: () => {} }, isThere: () => device.isHere };
  device.tap.drain = () => {
    device.isDrained = true;
  };
  return device;
};

test('a device that is gone is told once, after its packets, and whether another one is left', () => {
  const devices = [deviceOf('eth0'), deviceOf('eth1')] as const;
  const [first, second] = devices;
  const told: unknown[] = [];
  const lost = new LostDevices(devices as unknown as PcapDevice[], (name, isLeft) =>
    told.push([name, isLeft, devices.find((one) => one.name === name)!.isDrained]),
  );
  lost.look();
  expect(told).toEqual([]);
  for (const one of devices) one.isDrained = false;
  first.isHere = false;
  lost.look();
  lost.look();
  second.isHere = false;
  lost.look();
  expect(told).toEqual([
    ['eth0', true, true],
    ['eth1', false, true],
  ]);
  expect([...lost.all]).toEqual([first, second]);
});
