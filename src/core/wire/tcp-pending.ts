import { NO_PIECES, type PendingMessage } from './tcp-direction.ts';

/** The longest message that is put together. */
export const LONGEST_MESSAGE = 16 * 1024 * 1024;
/** Places of pieces after a gap: two for each. */
const MOST_LATER = 2 * 1024;
/** All unfinished messages of a run; the oldest give way, for most of those never end. */
const MOST_PENDING_BYTES = 96 * 1024 * 1024;
const KEPT_SHARE = 7 / 8;
/** What a message takes beside its bytes. */
export const MESSAGE_BYTES = 512;
const EMPTY = new Uint8Array(0);

/** The messages of a run that wait for their rest, the oldest first. */
export class PendingMessages {
  /** What they take: their bytes, and MESSAGE_BYTES each. */
  bytes = 0;
  private readonly messages = new Set<PendingMessage>();

  /** How many there are. */
  get size(): number {
    return this.messages.size;
  }

  /** Takes in a message that has just begun; the oldest give way to it when there are too many bytes. */
  begin(message: PendingMessage): void {
    this.bytes += message.bytes.length + MESSAGE_BYTES;
    this.messages.add(message);
    this.makeRoom(message);
  }

  /** Copies a piece to its place; false when the message grows too long. */
  add(message: PendingMessage, bytes: Uint8Array, at: number, place: number, length: number): boolean {
    if (message.done) return true;
    const end = place + length;
    const keepsAll = message.kept < 0;
    if (keepsAll && end > LONGEST_MESSAGE) return false;
    if (keepsAll && end > message.bytes.length) {
      const larger = new Uint8Array(Math.min(LONGEST_MESSAGE, Math.max(end, message.bytes.length * 2)));
      larger.set(message.bytes);
      this.bytes += larger.length - message.bytes.length;
      message.bytes = larger;
      this.makeRoom(message);
    }
    if (end <= message.filled) return true;
    if (place <= message.filled) {
      const known = message.filled - place;
      if (keepsAll) message.bytes.set(bytes.subarray(at + known, at + length), message.filled);
      else if (message.filled < message.kept) message.bytes.set(bytes.subarray(at, at + message.kept)); // it begins
      message.filled = end;
      absorb(message);
    } else if (message.later.length < MOST_LATER) {
      if (keepsAll) message.bytes.set(bytes.subarray(at, at + length), place);
      if (message.later === NO_PIECES) message.later = [place, end];
      else message.later.push(place, end);
    }
    return true;
  }

  /** Keeps only the first `kept` bytes: of what else has come and will come nothing is needed but its length. */
  keepOnly(message: PendingMessage, kept: number): void {
    this.bytes -= message.bytes.length - kept;
    message.bytes = message.bytes.slice(0, kept);
    message.kept = kept;
  }

  /** Nothing is waited for any more; it stays known to its direction, so that its segments are when they come again. */
  release(message: PendingMessage): void {
    if (message.done) return;
    this.bytes -= message.bytes.length + MESSAGE_BYTES;
    this.messages.delete(message);
    message.done = true;
    message.bytes = EMPTY;
    message.later = NO_PIECES;
  }

  /**
   * Gives up the oldest messages, all but `current`, when there are too many bytes. An eighth at once: the first of a Set
   * is found behind all that were deleted, so that one each time would cost 20 µs and more in a flood of small messages.
   */
  private makeRoom(current: PendingMessage): void {
    if (this.bytes <= MOST_PENDING_BYTES) return;
    for (const message of this.messages) {
      if (message !== current) this.release(message);
      if (this.bytes <= MOST_PENDING_BYTES * KEPT_SHARE) return;
    }
  }
}

/** Closes the gap that [from, to) leaves. */
export function leaveOut(message: PendingMessage, from: number, to: number): void {
  if (to <= from) return;
  const { bytes, later } = message;
  let end = message.filled;
  for (let index = 0; index < later.length; index++) {
    if (later[index]! > end) end = later[index]!;
    later[index]! -= to - from;
  }
  bytes.copyWithin(from, to, end);
  message.filled -= to - from;
  message.dropped += to - from;
}

/** Where a sequence number lies in the bytes of the message. */
export function placeOf(message: PendingMessage, seq: number): number {
  return ((seq - message.seq) | 0) - message.dropped;
}

/** Pieces after the gap join what is whole, when the gap has closed. */
function absorb(message: PendingMessage): void {
  for (let joined = message.later.length > 0; joined; ) {
    joined = false;
    for (let index = 0; index < message.later.length; index += 2) {
      const start = message.later[index]!;
      const end = message.later[index + 1]!;
      if (start > message.filled) continue;
      if (end > message.filled) message.filled = end;
      message.later.splice(index, 2);
      joined = true;
      break;
    }
  }
}
