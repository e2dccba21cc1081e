import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import { usageError } from '../../core/failure.ts';
import { type PacketOwners, PktapOwners } from '../../core/packet/packet-owners.ts';
import type { SocketTrace } from '../../core/trace/socket-trace.ts';
import type { DeviceCounts } from '../../platform/sensor/messages.ts';
import type { Context } from '../context/context.ts';
import type { Gap } from '../listing/command.ts';
import type { Values } from '../options/option.ts';
import { openCapture, sayInterrupted, sayProblems } from '../reading/open-capture.ts';
import { liveOptions } from './capture-options.ts';
import type { OwnedSockets } from './leave-privileges.ts';

/** Packets of a file, or of the machine as they come. */
export interface PacketSource {
  readonly reader: CaptureReader;
  readonly owners: PacketOwners;
  /** The file; null live. */
  readonly file: string | null;
  /** Aborts when reading is to stop at once. A live capture ends by itself, after what the kernel still holds. */
  readonly signal: AbortSignal;
  /** What the kernel has counted so far, for each interface; of a file nothing. */
  counts(): readonly DeviceCounts[];
  /** Asks a live capture to end; what the kernel still holds comes first. */
  stop(): void;
  /** What is missing before the packets that come next, each once. Of a file, nothing is. */
  gaps(): readonly Gap[];
  /**
   * Closes it, and says what was wrong or what was counted. Rejects with a Failure 69 when a live capture came to an end
   * that nobody asked for.
   */
  finish(): Promise<void>;
}

/** What a command says of the packets it wants. */
export interface PacketValues extends Partial<Values<typeof liveOptions>> {
  readonly read: string | null;
  readonly interface: string | null;
  readonly duration?: number | null;
  readonly quiet: boolean;
  readonly 'packet-buffered'?: boolean;
  readonly verbose?: boolean;
}

/** The interfaces that are named; null for none. */
export const devicesOf = (values: PacketValues): readonly string[] | null => values.interface?.split(',') ?? null;

/** What a command does with packets, so that nothing is done that nobody needs. */
export interface PacketUse {
  /** Rows are printed while packets come. */
  readonly showsRows: boolean;
  /** Somebody asks for processes; a trace of the kernel that somebody else keeps is asked for them, too. */
  readonly asksOwners: boolean | SocketTrace;
  /** Where sockets are read already; null to begin with it where somebody asks. */
  readonly sockets?: OwnedSockets | null;
}

/** Opens a file or the machine. Rejects with a Failure 64, 65, 66, 69, 74 or 77. */
export async function openPackets(context: Context, values: PacketValues, use: PacketUse): Promise<PacketSource> {
  if (values.read === null) {
    const { openLive } = await import('./open-live.ts');
    return openLive(context, values, use);
  }
  refuseLive(values);
  const file = values.read;
  const reader = await openCapture(context, file, values, use.showsRows);
  return {
    reader,
    owners: new PktapOwners(),
    file,
    signal: context.signal,
    counts: () => [],
    stop: () => {},
    gaps: () => [],
    async finish() {
      await reader.close();
      sayInterrupted(context, file);
      sayProblems(context, file, reader);
    },
  };
}

/** Throws Failure 64 for options that only a live capture has; files are read by who has no privilege, too (--sandbox). */
export function refuseLive(values: PacketValues): void {
  for (const name of [...Object.keys(liveOptions), 'duration']) {
    const value = values[name as keyof PacketValues];
    if (value === null || value === undefined || value === false || name === 'sandbox') continue;
    throw usageError(`--${name} is about a live capture, not about one that is read`, {
      hint: name === 'bpf' ? '--filter chooses packets of a file' : null,
    });
  }
}
