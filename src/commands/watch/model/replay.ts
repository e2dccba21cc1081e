/** How fast a capture is read: so many times as fast as it was recorded, or to its end. */
export type Pace = number | 'end';

/** From the slowest to the fastest. */
export const PACES: readonly Pace[] = [1, 2, 10, 100, 'end'];

/** The words that make a command print what is shown: of the capture, or else these. */
export const sourceWords = (replay: Replay | null, live: readonly string[]): readonly string[] =>
  replay === null ? live : ['-r', replay.file];

/** A capture that is shown in place of the machine. */
export interface Replay {
  /** As it was named, and without folders. */
  readonly file: string;
  readonly name: string;
  /** Packets that were read. */
  readonly packets: number;
  readonly pace: Pace;
  readonly isStopped: boolean;
  readonly isEnded: boolean;
  /** Whether it can be read again: it did not come through a pipe. */
  readonly isFile: boolean;
}
