import type { PcapDevice } from './pcap-device.ts';

/** Tells, whenever it is asked, whether what the kernel held of these devices at the time of the call has been handed out. */
export function outOf(devices: readonly Pick<PcapDevice, 'taken' | 'left'>[]): () => boolean {
  const wanted = devices.map((device) => ({
    device,
    taken: device.taken + (device.left() ?? Number.POSITIVE_INFINITY),
  }));
  return () => wanted.every(({ device, taken }) => device.taken >= taken);
}
