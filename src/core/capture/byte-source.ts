/** Where the bytes of a capture come from: a file, stdin, a pipe, all of them unpacked already. */
export interface ByteSource {
  /** What messages call it: the file's name, or `stdin`. */
  readonly name: string;
  /** How many bytes `read` gives in all, where that is known: for files that are not packed. */
  readonly size: number | null;
  /**
   * Reads up to `length` bytes into `into` at `offset`; resolves to how many, at least 1, as soon as some are there, and
   * to 0 at the end. Rejects with a Failure (66 no such file, 77 not permitted, 65 cannot be unpacked, 74 otherwise).
   */
  read(into: Uint8Array, offset: number, length: number): Promise<number>;
  /** At the end: whether what the bytes were packed in ended too early, so that some of them are missing. */
  readonly isCutShort?: () => boolean;
  close(): Promise<void>;
}
