import type { PcapDevice } from './pcap-device.ts';

/** The devices that are gone. */
export class LostDevices {
  private readonly devices: readonly PcapDevice[];
  private readonly gone: (name: string, isLeft: boolean) => void;
  private readonly lost = new Set<PcapDevice>();

  /** `gone` is called once for each, after its last packets; `isLeft` says whether there is another one. */
  constructor(devices: readonly PcapDevice[], gone: (name: string, isLeft: boolean) => void) {
    this.devices = devices;
    this.gone = gone;
  }

  get all(): ReadonlySet<PcapDevice> {
    return this.lost;
  }

  look(): void {
    for (const device of this.devices) {
      if (this.lost.has(device)) continue;
      device.tap.drain();
      if (device.isThere()) continue;
      this.lost.add(device);
      this.gone(
        device.name,
        this.devices.some((other) => !this.lost.has(other)),
      );
    }
  }
}
