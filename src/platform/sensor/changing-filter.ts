import { messageOf } from '../../core/failure.ts';
import { KernelFilter, type KernelProgram } from './kernel-filter.ts';
import type { SensorOrder } from './messages.ts';
import type { PcapDevice } from './pcap-device.ts';

/** The filter of running captures, which is another from time to time, on all devices at once. */
export class ChangingFilter {
  private readonly filters: readonly KernelFilter[];
  private readonly devices: readonly PcapDevice[];
  private programs: readonly KernelProgram[];

  /** `filters` are those of the devices, in their order. */
  constructor(filters: readonly KernelFilter[], devices: readonly PcapDevice[], { bpf }: SensorOrder) {
    this.filters = filters;
    this.devices = devices;
    this.programs = filters.map((filter) => filter.compile(bpf));
  }

  /** Has another filter hold. Returns why the old one stays; null otherwise. */
  change(bpf: string): string | null {
    const before = this.programs;
    try {
      const programs = this.filters.map((filter) => filter.compile(bpf));
      this.attach(programs);
      this.programs = programs;
      return null;
    } catch (error) {
      this.attach(before);
      return messageOf(error);
    }
  }

  private attach(programs: readonly KernelProgram[]): void {
    for (const [index, device] of this.devices.entries()) device.attach(programs[index]!);
  }
}

/** The filters of the devices, one each; null where this machine cannot change those of running captures. */
export function openFilters({ system, devices, snapLength, bpf }: SensorOrder): readonly KernelFilter[] | null {
  if (system !== 'linux') return null;
  try {
    const filters = devices.map((name) => new KernelFilter(name, snapLength));
    for (const filter of filters) filter.compile(bpf);
    loadNames(filters[0]!);
    return filters;
  } catch {
    return null;
  }
}

/** The C library loads what looks names up when it first does; later it may open no file. */
function loadNames(filter: KernelFilter): void {
  try {
    filter.compile('port domain');
  } catch {
    // there are no names here
  }
}
