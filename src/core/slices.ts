/** How long work is done a slice of time at once, so that others can work between. */
export interface Slices {
  /** A slice begins. */
  begin(): void;
  /** Whether it has lasted long enough. */
  isOver(): boolean;
  /** Lets others work. */
  rest(): Promise<void>;
}

/** Items between two questions whether a slice is over: some microseconds each. */
const ASKED_AFTER = 16;

/** Others work now if the slice is over, and another slice begins. Without slices, nobody does. */
export async function restWhenOver(slices: Slices | null): Promise<void> {
  if (slices?.isOver() !== true) return;
  await slices.rest();
  slices.begin();
}

/** Takes all steps, in slices; without them, all at once. Resolves to what the last one returns. */
export async function takeSteps<Result>(steps: Iterator<void, Result>, slices: Slices | null): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await restWhenOver(slices);
  }
}

/** Takes all steps at once; returns what the last one does. */
export function takeAll<Result>(steps: Iterator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Takes each item, in slices; without them, all at once. What is read must not change while others work. */
export async function takeEach<Item>(
  items: Iterable<Item>,
  slices: Slices | null,
  take: (item: Item) => void,
): Promise<void> {
  let left = ASKED_AFTER;
  for (const item of items) {
    take(item);
    if (--left > 0) continue;
    left = ASKED_AFTER;
    if (slices?.isOver() === true) await restWhenOver(slices);
  }
}

/** The items as an array, made in slices. */
export async function gather<Item>(items: Iterable<Item>, slices: Slices | null): Promise<Item[]> {
  const all: Item[] = [];
  await takeEach(items, slices, (item) => void all.push(item));
  return all;
}
