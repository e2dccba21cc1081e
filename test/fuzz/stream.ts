import { join, mutateBytes, type Stock } from './mutate-bytes.ts';
import type { Prng } from './prng.ts';
import { type Input, type Piece, piece } from './target.ts';

/** A conversation of the samples: who said what, and the port it was said to. */
export interface Conversation {
  readonly transport: 6 | 17;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly turns: readonly Turn[];
}

export interface Turn {
  /** 0 from the client, 1 from the server. */
  readonly side: number;
  readonly bytes: Uint8Array;
}

/**
 * Numbers of an input of the form `stream`, for each conversation: transport, ports of client and server, version of IP,
 * kind of clock (see packets.ts). Those of its pieces: side, flags, where it lies in its direction (-1: next), bytes the
 * capture kept (-1: all), and the conversation it belongs to (none: the first).
 */
export const STREAM = 'stream';
export const NUMBERS_OF_STREAM = 5;
const NEXT = -1;
const ALL = -1;
const PSH_ACK = 0x18;

const pieceOf = (side: number, bytes: Uint8Array, flags = PSH_ACK, at = NEXT, kept = ALL): Piece =>
  piece(bytes, side, flags, at, kept);

/** A conversation damaged as networks, peers and attackers do: by its segments, and by what is in them. */
export function mutateStream(prng: Prng, of: Conversation, stock: Stock, others: readonly Conversation[]): Input {
  let pieces = of.turns.slice(0, MOST_TURNS).map(({ side, bytes }) => pieceOf(side, bytes));
  let ports: readonly [number, number] = [of.clientPort, of.serverPort];
  for (let left = prng.few(4); left > 0; left--) {
    if (prng.once(12)) ports = prng.once(2) ? [ports[1], ports[0]] : [ports[0], prng.of(others).serverPort];
    else pieces = rearrange(prng, pieces, stock, others);
  }
  for (let left = prng.below(3); left > 0 && pieces.length > 0; left--) {
    const index = prng.below(pieces.length);
    const { bytes, numbers } = pieces[index]!;
    pieces[index] = piece(mutateBytes(prng, bytes, stock), ...numbers);
  }
  if (of.transport === 6 && !prng.once(4)) pieces.unshift(pieceOf(0, NOTHING, 2), pieceOf(1, NOTHING, 0x12));
  if (of.transport === 6 && prng.once(3)) pieces.push(pieceOf(prng.below(2), NOTHING, prng.of([0x11, 0x14, 4])));
  return {
    form: STREAM,
    numbers: [of.transport, ...ports, prng.once(5) ? 6 : 4, prng.once(20) ? prng.below(5) : 0],
    pieces,
  };
}

/** Several conversations as one input, one after another or side by side. */
export function together(prng: Prng, inputs: readonly Input[]): Input {
  const all = inputs.map(({ pieces }, index) => pieces.map(({ bytes, numbers }) => piece(bytes, ...numbers, index)));
  const pieces: Piece[] = [];
  if (prng.once(2)) pieces.push(...all.flat());
  else {
    const longest = Math.max(...all.map(({ length }) => length));
    for (let turn = 0; turn < longest; turn++) for (const of of all) if (turn < of.length) pieces.push(of[turn]!);
  }
  return { form: STREAM, numbers: inputs.flatMap(({ numbers }) => numbers), pieces };
}

const NOTHING = new Uint8Array(0);
const MOST_TURNS = 24;

function rearrange(prng: Prng, pieces: Piece[], stock: Stock, others: readonly Conversation[]): Piece[] {
  if (pieces.length === 0) return pieces;
  const index = prng.below(pieces.length);
  const one = pieces[index]!;
  const [side, flags] = one.numbers as [number, number];
  switch (prng.below(16)) {
    case 13: // said twice in one segment
      return pieces.with(index, piece(join(one.bytes, one.bytes), ...one.numbers));
    case 14: // and more is said in the same segment
    case 15: {
      const more = Array.from({ length: prng.few(3) }, () => prng.of(stock.words));
      return pieces.with(index, piece(join(one.bytes, ...more), ...one.numbers));
    }
    case 0: // what one side says in a row comes in one segment: a hand-over and what follows it, too
      return merged(pieces, index, Math.min(pieces.length, index + 2 + prng.below(4)), prng.once(3));
    case 1: // split at any byte
      return split(pieces, index, prng.below(one.bytes.length + 1));
    case 2: // byte by byte
      return one.bytes.length > 200 ? pieces : bytewise(pieces, index);
    case 3: // sent again
      return inserted(placed(pieces), prng.below(pieces.length + 1), placed(pieces)[index]!);
    case 4: // lost
      return prng.once(2) ? pieces.toSpliced(index, 1) : placed(pieces).toSpliced(index, 1);
    case 5: // reordered
      return swapped(placed(pieces), index, prng.below(pieces.length));
    case 6: // overlapping, with other bytes
      return inserted(placed(pieces), index + 1, shifted(placed(pieces)[index]!, prng.below(9) - 4));
    case 7: // said by the other side
      return pieces.with(index, piece(one.bytes, 1 - side, ...one.numbers.slice(1)));
    case 8: // said twice
      return inserted(pieces, index, one);
    case 9: // swapped as a whole, the numbers follow
      return swapped(pieces, index, prng.below(pieces.length));
    case 10: {
      // another conversation begins here
      const turns = prng.of(others).turns.slice(0, 6);
      return [
        ...pieces.slice(0, index),
        ...turns.map((turn) => pieceOf(turn.side, turn.bytes)),
        ...pieces.slice(index),
      ];
    }
    case 11: // the capture cut it
      return pieces.with(index, pieceOf(side, one.bytes, flags, NEXT, prng.below(one.bytes.length + 1)));
    default: // other flags: SYN or FIN with data, a reset in between, URG
      return pieces.with(index, piece(one.bytes, side, prng.below(64), ...one.numbers.slice(2)));
  }
}

/** Pieces [from, to) of the side that begins, as one; with `both`, of either side. */
function merged(pieces: readonly Piece[], from: number, to: number, both: boolean): Piece[] {
  const { numbers } = pieces[from]!;
  const taken: Uint8Array[] = [];
  const left: Piece[] = [];
  for (const one of pieces.slice(from, to)) {
    if (both || one.numbers[0] === numbers[0]) taken.push(one.bytes);
    else left.push(one);
  }
  return [...pieces.slice(0, from), piece(join(...taken), ...numbers), ...left, ...pieces.slice(to)];
}

function split(pieces: readonly Piece[], index: number, at: number): Piece[] {
  const { bytes, numbers } = pieces[index]!;
  const [side, flags] = numbers as [number, number];
  return pieces.toSpliced(index, 1, piece(bytes.slice(0, at), ...numbers), pieceOf(side, bytes.slice(at), flags));
}

function bytewise(pieces: readonly Piece[], index: number): Piece[] {
  const { bytes, numbers } = pieces[index]!;
  const [side, flags] = numbers as [number, number];
  return pieces.toSpliced(index, 1, ...Array.from(bytes, (byte) => pieceOf(side, Uint8Array.of(byte), flags)));
}

/** Each piece with its place in its direction, so that their order may change. */
function placed(pieces: readonly Piece[]): Piece[] {
  const next = [0, 0];
  return pieces.map(({ bytes, numbers }) => {
    const [side, flags, at, kept] = numbers as [number, number, number, number];
    const place = at === NEXT ? next[side]! : at;
    next[side] = place + bytes.length;
    return pieceOf(side, bytes, flags, place, kept);
  });
}

function shifted({ bytes, numbers }: Piece, by: number): Piece {
  const [side, flags, at, kept] = numbers as [number, number, number, number];
  return pieceOf(side, Uint8Array.from(bytes).reverse(), flags, Math.max(0, at + by), kept);
}

const inserted = (pieces: readonly Piece[], at: number, one: Piece): Piece[] => pieces.toSpliced(at, 0, one);

function swapped(pieces: readonly Piece[], one: number, other: number): Piece[] {
  return pieces.with(one, pieces[other]!).with(other, pieces[one]!);
}
