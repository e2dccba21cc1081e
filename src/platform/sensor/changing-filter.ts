import { messageOf } from '../../core/failure.ts';
import type { FilterCompiler, KernelProgram } from './kernel-filter.ts';
import type { PcapDevice } from './pcap-device.ts';

/** A device that is captured from, and what compiles its filters. */
export interface FilteredDevice {
  readonly device: Pick<PcapDevice, 'tap' | 'isReleased'>;
  readonly filter: FilterCompiler;
}

/** The filter of running captures, which is another from time to time, on all devices at once. */
export class ChangingFilter {
  private devices: readonly FilteredDevice[];
  private bpf: string;

  constructor(devices: readonly FilteredDevice[], bpf: string) {
    this.devices = devices;
    this.bpf = bpf;
  }

  /** Has another filter hold. Returns why the old one stays; null otherwise. */
  change(bpf: string): string | null {
    const { bpf: before } = this;
    this.devices = this.devices.filter(({ device }) => !device.isReleased);
    try {
      this.attach(bpf);
      this.bpf = bpf;
      return null;
    } catch (error) {
      this.attach(before);
      return messageOf(error);
    }
  }

  /** What holds, for a device that comes later. Throws libpcap's message where it means nothing there. */
  programFor(filter: FilterCompiler): KernelProgram {
    return filter.compile(this.bpf);
  }

  /** Another device, to which what holds is attached. */
  add(one: FilteredDevice): void {
    this.devices = [...this.devices, one];
  }

  private attach(bpf: string): void {
    // all are compiled before the first is attached
    const programs = this.devices.map(({ filter }) => filter.compile(bpf));
    for (const [index, { device }] of this.devices.entries()) device.tap.attach(programs[index]!);
  }
}

/** The C library loads what looks names up when it first does; later it may open no file. */
export function loadNames(filter: FilterCompiler): void {
  try {
    filter.compile('port domain');
  } catch {
    // there are no names here
  }
}
