import { describe, expect, it } from 'vitest';
import { PcapDevice } from '../../../src/platform/sensor/pcap-device.ts';
import type { KernelCounts, PcapTap } from '../../../src/platform/sensor/pcap-tap.ts';

const ETHERNET = 1;

/** A tap whose kernel holds packets until they are handed out. */
class Waiting {
  readonly name = 'eth0';
  readonly into = { frame: Buffer.alloc(64), header: Buffer.alloc(24) };
  receiver: (() => void) | null = null;
  private counted: KernelCounts = { ps_recv: 0, ps_drop: 0, ps_ifdrop: 0 };
  private held = 0;

  arrive(packets: number, dropped = 0): void {
    const { ps_recv, ps_drop } = this.counted;
    this.counted = { ps_recv: ps_recv + packets + dropped, ps_drop: ps_drop + dropped, ps_ifdrop: 0 };
    this.held += packets;
  }

  drain(): void {
    for (; this.held > 0; this.held--) this.receiver?.();
  }

  stats(): KernelCounts {
    return this.counted;
  }
}

const deviceOf = (tap: Waiting, ...earlier: ConstructorParameters<typeof PcapDevice>[5][]): PcapDevice =>
  new PcapDevice(
    tap as unknown as PcapTap,
    'eth0',
    ETHERNET,
    () => true,
    () => {},
    ...earlier,
  );

describe('what is counted of a device', () => {
  it('holds what came before its first packet was asked for', () => {
    const tap = new Waiting();
    tap.arrive(20, 3);
    const device = deviceOf(tap);
    tap.arrive(5);
    expect(device.counts()).toMatchObject({ captured: 0, received: 28, droppedByKernel: 3, left: 25 });
    tap.drain();
    expect(device.counts()).toMatchObject({ captured: 25, received: 28, droppedByKernel: 3, left: 0 });
  });

  it('does not hold what its tap had counted for another, and goes on from what its name had', () => {
    const tap = new Waiting();
    const first = deviceOf(tap);
    tap.arrive(7, 1);
    first.release();
    const earlier = { tap: tap.stats(), name: first.counts() };
    tap.arrive(4);
    const second = deviceOf(tap, earlier);
    tap.drain();
    expect(second.counts()).toMatchObject({ captured: 11, received: 12, droppedByKernel: 1, left: 0 });
  });
});
