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

  attach(): void {}

  /** Hands out one packet, of a time in microseconds since 1970. */
  drainOne(micros: number): void {
    this.held--;
    this.into.header.writeUInt32LE(Math.floor(micros / 1e6), 0);
    this.into.header.writeUInt32LE(micros % 1e6, 4);
    this.receiver?.();
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

describe('packets that came before its filter held', () => {
  const NOW = 1_700_000_000_000;
  const program = Buffer.alloc(8);

  it('are left out and not counted, up to the first that came after it', () => {
    const tap = new Waiting();
    const device = deviceOf(tap);
    tap.arrive(3);
    device.beginFiltered(program, () => NOW);
    tap.arrive(2);
    for (const after of [-5000, 0, 999, 1000, 2000]) tap.drainOne(NOW * 1000 + after);
    expect(device.counts()).toMatchObject({ captured: 2, received: 2, left: 0 });
  });

  it('are no more than had come, so that a wall clock that is set back hides none', () => {
    const tap = new Waiting();
    const device = deviceOf(tap);
    tap.arrive(2, 1);
    device.beginFiltered(program, () => NOW);
    tap.arrive(3);
    for (let packet = 0; packet < 5; packet++) tap.drainOne((NOW - 3_600_000) * 1000);
    expect(device.counts()).toMatchObject({ captured: 3, received: 4, droppedByKernel: 1, left: 0 });
  });

  it('are none where none has come', () => {
    const tap = new Waiting();
    const device = deviceOf(tap);
    device.beginFiltered(program, () => NOW);
    tap.arrive(1);
    tap.drainOne(NOW * 1000 - 1);
    expect(device.counts()).toMatchObject({ captured: 1, received: 1 });
  });
});
