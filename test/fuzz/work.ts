import { parentPort } from 'node:worker_threads';
import type { Corpus } from './corpus.ts';
import type { Finding } from './finding.ts';
import { MemoryWatch } from './memory-watch.ts';
import { type Message, type Order, PLACE } from './messages.ts';
import { Sequence } from './sequence.ts';
import type { Target } from './target.ts';

const TALLY_EVERY_ROUNDS = 4;

/** The thread that fuzzes: rounds of a fixed number of inputs of each target, until it is told to stop. */
export async function work(targets: readonly Target[], corpus: Corpus, order: Order): Promise<void> {
  const place = new Int32Array(order.place);
  const tell = (message: Message): void => parentPort!.postMessage(message);
  const beat = (): void => void Atomics.add(place, PLACE.beats, 1);
  const report = (finding: Finding | null): void => {
    if (finding !== null) tell({ type: 'finding', finding });
  };
  const chosen = targets.filter(({ name }) => order.target === null || order.target === name);
  const sequences: Sequence[] = [];
  for (const target of chosen) sequences.push(await Sequence.open(target, corpus, { ...order, beat }));
  const memory = new MemoryWatch(sequences);
  const { frames, conversations, captures, stock, missing } = corpus;
  const left = missing.map((folder) => `; no ${folder}: its captures are left out`).join('');
  tell({
    type: 'ready',
    about: `${frames.length} frames, ${conversations.length} conversations, ${captures.length} captures, ${stock.words.length} words${left}`,
  });

  const tally = (): void =>
    tell({
      type: 'tally',
      tallies: sequences.map(({ target: { name }, inputs, packets, findings, millis }) => ({
        name,
        inputs,
        packets,
        findings,
        millis,
      })),
    });
  const { after } = order;
  if (after !== null) report(sequences[after.target]!.lost(after.index, after.problem));
  if (Atomics.load(place, PLACE.stop) !== 0) return tally();
  for (let round = after?.round ?? 0; ; round++) {
    for (const [number, sequence] of sequences.entries()) {
      const { share } = sequence.target;
      if (after !== null && round === after.round && number < after.target) continue;
      const skipped = after !== null && round === after.round && number === after.target ? after.index + 1 : 0;
      for (let index = Math.max(skipped, round * share); index < (round + 1) * share; index++) {
        Atomics.store(place, PLACE.round, round);
        Atomics.store(place, PLACE.target, number);
        Atomics.store(place, PLACE.index, index);
        report(await sequence.next(index));
        if (Atomics.load(place, PLACE.stop) !== 0) return tally();
      }
    }
    report(memory.look(round));
    if (round % TALLY_EVERY_ROUNDS === 0) tally();
  }
}
