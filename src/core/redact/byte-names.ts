const PLACES = 1 << 10;

/** Names of ASCII, found by their bytes, whatever their case: no string is made to look one up. */
export class KnownNames {
  private readonly places: (Uint8Array | undefined)[] = new Array(PLACES).fill(undefined);
  private readonly numbers = new Uint16Array(PLACES);

  /** In lower case; at most some hundred. */
  constructor(names: readonly string[]) {
    for (const [number, name] of names.entries()) {
      const bytes = Buffer.from(name, 'latin1');
      let place = hashOf(bytes, 0, bytes.length);
      while (this.places[place] !== undefined) place = (place + 1) % PLACES;
      this.places[place] = Uint8Array.from(bytes);
      this.numbers[place] = number;
    }
  }

  /** Which of the names stands in [from, to); -1 for none. */
  find(bytes: Uint8Array, from: number, to: number): number {
    for (let place = hashOf(bytes, from, to); ; place = (place + 1) % PLACES) {
      const name = this.places[place];
      if (name === undefined) return -1;
      if (isSame(name, bytes, from, to)) return this.numbers[place]!;
    }
  }
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ lowerCase(bytes[at]!), 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let index = 0; index < name.length; index++) if (name[index] !== lowerCase(bytes[from + index]!)) return false;
  return true;
}

const lowerCase = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
