import type { ExitStatus } from '../../core/failure.ts';
import type { Platform } from '../../core/system/platform.ts';
import type { CaptureOrder, DeviceCounts } from '../../core/system/sensor.ts';

/** What the sensor is to do: one JSON text in its arguments. */
export interface SensorOrder extends Omit<CaptureOrder, 'engine' | 'fd' | 'absence'> {
  readonly system: Platform['name'];
  /** The link types of the capture that this one goes on with, which is open for it; null to begin one. */
  readonly continues: readonly number[] | null;
  /** The program that runs it, and the command that permits to capture. */
  readonly node: string;
  readonly grant: string | null;
}

/** What the sensor says beside the packets, a JSON text a line. */
export type SensorMessage =
  | { readonly type: 'ready'; readonly linkTypes: readonly number[] }
  /** What is counted here has been written; `synced`: it is on the disk too, as was asked. */
  | {
      readonly type: 'counts';
      readonly captured: number;
      readonly counts: readonly DeviceCounts[];
      readonly synced: boolean;
    }
  /**
   * The last one: it was told to stop, or had to for the reason given, with this exit status of netwatch. `captured` are
   * the packets that were written, `lost` those that could not be.
   */
  | {
      readonly type: 'ended';
      readonly captured: number;
      readonly lost: number;
      readonly counts: readonly DeviceCounts[];
      readonly status: ExitStatus;
      readonly reason: string | null;
      /** The interface that is gone, which was the reason; null for all else. */
      readonly gone: string | null;
    }
  /** Nothing was captured; `status` is that of netwatch. */
  | { readonly type: 'failed'; readonly status: ExitStatus; readonly message: string; readonly hint: string | null };

/** Descriptors of the sensor: packets go to a pipe or a file, messages to a pipe. Its stdin ends when it is to stop; a byte in it asks that all be on the disk. */
export const PACKETS_FD = 3;
export const MESSAGES_FD = 4;
