import type { ExitStatus } from '../../core/failure.ts';
import type { Platform } from '../../core/system/platform.ts';
import type { CaptureOrder, DeviceCounts, FileEnds, LackingDevice } from '../../core/system/sensor.ts';

/** What the sensor should do: one JSON text in its arguments. */
export interface SensorOrder extends Omit<CaptureOrder, 'engine' | 'fd' | 'series' | 'absence'> {
  /** When a file of a series ends; null where packets go to a pipe or to one file. */
  readonly ends: FileEnds | null;
  readonly system: Platform['name'];
  /** The link types of the open capture that this one continues; null to begin a new one. */
  readonly continues: readonly number[] | null;
  /** The node program that runs it, and the command that grants permission to capture. */
  readonly node: string;
  readonly grant: string | null;
}

/** What the sensor says besides the packets, one JSON text per line. */
export type SensorMessage =
  /**
   * `refilters`: whether its filter can be replaced. `follows`: whether interfaces that come later can be captured.
   * `lacking`: the devices that could not be opened, without which it goes on.
   */
  | {
      readonly type: 'ready';
      readonly linkTypes: readonly number[];
      readonly refilters: boolean;
      readonly follows: boolean;
      readonly lacking: readonly LackingDevice[];
    }
  /** The answer to an interface that came later: it is captured from now on, or why it is not. */
  | { readonly type: 'following'; readonly index: number; readonly refusal: string | null }
  /** It waits for a file of its series: the one before is closed, and what it said of packets before is in files. */
  | { readonly type: 'turn' }
  /** An interface has disappeared, and the capture goes on without it. */
  | { readonly type: 'gone'; readonly device: string }
  /** The answer to another filter: it holds, and what came before it has been written; or why the old one stays. */
  | { readonly type: 'filtered'; readonly refusal: string | null }
  /** The packets counted here have been written; `synced`: they are also on the disk, as was asked. */
  | {
      readonly type: 'counts';
      readonly captured: number;
      readonly counts: readonly DeviceCounts[];
      readonly synced: boolean;
    }
  /**
   * The last message: the sensor was told to stop, or had to stop for the given reason, with this exit status for
   * netwatch. `captured` is the number of packets that were written, `lost` of those that could not be.
   */
  | {
      readonly type: 'ended';
      readonly captured: number;
      readonly lost: number;
      readonly counts: readonly DeviceCounts[];
      readonly status: ExitStatus;
      readonly reason: string | null;
      /** The interface that disappeared, if that was the reason; null otherwise. */
      readonly gone: string | null;
    }
  /** Nothing was captured; `status` is the exit status for netwatch. */
  | { readonly type: 'failed'; readonly status: ExitStatus; readonly message: string; readonly hint: string | null };

/**
 * Descriptors of the sensor: packets go to a pipe or a file, or to files that come by a socket, messages to a pipe. When
 * its stdin ends it stops. A line on stdin is a request: an empty one asks it to put everything on the disk, a JSON string
 * is another filter, and a number the index of an interface to capture from too.
 */
export const PACKETS_FD = 3;
export const MESSAGES_FD = 4;
