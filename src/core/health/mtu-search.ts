/** What became of a packet of a size. */
export interface SizeAnswer {
  readonly kind: 'passed' | 'too_big' | 'lost' | 'refused';
  /** Where it was too large: the largest that passes there, if that was said. */
  readonly mtu: number | null;
  /** Who said so; null for this machine. */
  readonly from: string | null;
  /** What was said where it was refused. */
  readonly error: string | null;
}

/** The largest packet that passes a path. */
export interface FoundMtu {
  /** In bytes of the whole IP packet; null when nothing passes, or it cannot be told. */
  readonly mtu: number | null;
  /** Whether one byte more does not pass; else the search was not finished. */
  readonly isExact: boolean;
  /** Who said that larger ones do not pass; null for this machine, or nobody. */
  readonly from: string | null;
  /** Larger packets vanish, and nobody says so (RFC 2923, 2.1). */
  readonly isBlackHole: boolean;
  /** Why nothing passes, where that was said. */
  readonly error: string | null;
}

/** Asks for an answer to a packet of a size; after `isOver`, it is not asked any more. */
export interface SizeProbe {
  ask(bytes: number): Promise<SizeAnswer>;
  isOver(): boolean;
  /** Whether several sizes may be asked for at once: not where answers are limited in number. */
  readonly sideBySide: boolean;
}

/** RFC 791: what every host takes; RFC 8200, 5: what every link carries. */
export const FLOORS = { ipv4: 576, ipv6: 1280 } as const;
/** RFC 791: what every link carries. */
const LEAST = 68;
/** RFC 791: as its header can say. */
export const LARGEST_PACKET = 65_535;
/** Sizes that are asked for at once between one that passes and one that does not. */
const ABREAST = 8;
const TRIES = 2;
const MOST_STEPS = 40;

/**
 * Finds the path MTU as RFC 8899 does, by packets that must not be fragmented: what ICMP says is taken at its word and
 * tried, what vanishes is searched for between sizes that pass and sizes that do not.
 */
export async function searchMtu(floor: number, probe: SizeProbe): Promise<FoundMtu> {
  const nothing: FoundMtu = { mtu: null, isExact: false, from: null, isBlackHole: false, error: null };
  let from: string | null = null;
  let low = floor;
  let first = await askAgain(probe, low);
  for (let step = 0; first.kind === 'too_big' && low > LEAST && step < MOST_STEPS && !probe.isOver(); step++) {
    low = Math.max(LEAST, first.mtu !== null && first.mtu < low ? first.mtu : Math.floor(low / 2));
    ({ from } = first);
    first = await askAgain(probe, low);
  }
  if (first.kind !== 'passed') return { ...nothing, error: first.error };
  let high = low < floor ? floor : LARGEST_PACKET;
  let vanished: number | null = null;
  let isGuessing = false; // nobody says how large a packet may be
  for (let step = 0; low < high && step < MOST_STEPS && !probe.isOver(); step++) {
    if (isGuessing && probe.sideBySide) {
      [low, high] = await narrow(probe, low, high);
      continue;
    }
    const size: number = isGuessing ? Math.ceil((low + high) / 2) : high;
    const answer = await askAgain(probe, size);
    if (answer.kind === 'passed') low = size;
    else if (answer.kind === 'too_big') {
      ({ from } = answer);
      const { mtu } = answer;
      // routers before RFC 1191 say no size, and some say one that is none
      const isTold: boolean = mtu !== null && mtu >= low && mtu < size;
      high = isTold ? mtu! : size - 1;
      isGuessing = !isTold;
    } else if (answer.kind === 'refused') return { ...nothing, error: answer.error };
    else if (probe.isOver())
      break; // not waited for
    else if (probe.sideBySide) {
      vanished = size;
      isGuessing = true;
    } else return { ...nothing, isBlackHole: true };
  }
  const isBlackHole = vanished !== null && low < vanished;
  return { mtu: low, isExact: low >= high, from: isBlackHole ? null : from, isBlackHole, error: null };
}

/** One that is lost may have been lost by chance. */
async function askAgain(probe: SizeProbe, bytes: number): Promise<SizeAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await probe.ask(bytes);
    if (answer.kind !== 'lost' || attempt >= TRIES || probe.isOver()) return answer;
  }
}

/** Asks for sizes between one that passes and the largest that may; returns both anew. */
async function narrow(probe: SizeProbe, low: number, high: number): Promise<readonly [number, number]> {
  const step = Math.max(1, Math.ceil((high - low) / ABREAST));
  const sizes: number[] = [];
  for (let size = low + step; size < high; size += step) sizes.push(size);
  sizes.push(high);
  const answers = await Promise.all(
    sizes.flatMap((size) => Array.from({ length: TRIES }, async () => ({ size, answer: await probe.ask(size) }))),
  );
  if (probe.isOver() && answers.every(({ answer }) => answer.kind === 'lost')) return [low, high];
  const passed = answers.filter(({ answer }) => answer.kind === 'passed').map(({ size }) => size);
  const newLow = Math.max(low, ...passed);
  const failed = sizes.filter((size) => size > newLow);
  const told = answers.flatMap(({ answer: { kind, mtu } }) => (kind === 'too_big' && mtu !== null ? [mtu] : []));
  const bounds = [...failed.map((size) => size - 1), ...told.filter((mtu) => mtu >= newLow), high];
  return [newLow, Math.min(...bounds)];
}
