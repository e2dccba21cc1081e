import { Failure } from '../../../src/core/failure.ts';
import { compileTsv } from '../../../src/core/output/delimited.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import { change } from '../../../src/core/record/tables/change.ts';
import { SNAPSHOT_PARTS, SNAPSHOT_VERSION, snapshot } from '../../../src/core/record/tables/snapshot.ts';
import { compareSnapshots } from '../../../src/core/snapshot/compare-snapshots.ts';
import { parseSnapshot, type SnapshotDocument } from '../../../src/core/snapshot/snapshot-document.ts';
import { checkNdjson, checkShown } from '../checks.ts';
import { mutateText } from '../mutate-text.ts';
import type { Prng } from '../prng.ts';
import { type Target, textOf, textPiece } from '../target.ts';
import { recordText } from './records.ts';

/** A snapshot of records of all kinds, each of which lacks nothing. */
function snapshotText(prng: Prng): string {
  const head = `"type":"snapshot","time":"2026-01-0${1 + prng.below(9)}T00:00:00Z","version":${SNAPSHOT_VERSION},"netwatch":"1","of":"machine"`;
  const parts = Object.entries(SNAPSHOT_PARTS).map(([name, { of, isMany }]) => {
    if (prng.once(8)) return `"${name}":null`;
    const rows = Array.from({ length: isMany ? prng.below(4) : 1 }, () => whole(prng, of));
    return `"${name}":${isMany ? `[${rows.join(',')}]` : rows[0]}`;
  });
  return `{${head},${parts.join(',')}}`;
}

/** Values that a record must have, so that most snapshots are read to their end. */
function whole(prng: Prng, of: Parameters<typeof recordText>[1]): string {
  const record = JSON.parse(recordText(prng, of)) as Record<string, unknown>;
  if (!prng.once(20))
    for (const [name, { kind, nullable }] of Object.entries(of.fields)) {
      const value = record[name] ?? null;
      const [isText, isList] = [['text', 'address', 'time'].includes(kind), kind === 'list'];
      const fits = isList
        ? Array.isArray(value) && value.every((one) => typeof one === 'string')
        : typeof value === (isText ? 'string' : 'number');
      if (!fits)
        record[name] =
          nullable && prng.once(2) ? null : isList ? ['a'] : isText ? prng.of(['a', '::1', '10.0.0.1']) : prng.below(9);
    }
  return JSON.stringify(record);
}

/** Two snapshots from strangers: each is refused or read, and what differs can be printed. */
export const snapshots: Target = {
  name: 'snapshots',
  share: 40,
  open() {
    const fields = Object.keys(change.fields);
    const [json, tsv] = [compileJson(change, fields), compileTsv(change, fields)];
    const words = [
      '"type"',
      '"snapshot"',
      ...Object.keys({ ...snapshot.fields, ...SNAPSHOT_PARTS }).map((name) => `"${name}"`),
    ];
    return {
      make: (prng) => {
        const pair = [snapshotText(prng), snapshotText(prng)];
        if (prng.once(3)) pair[1] = mutateText(prng, pair[1]!, words);
        return { form: 'snapshots', numbers: [], pieces: pair.map((text) => textPiece(text)) };
      },
      run({ pieces }) {
        const read = pieces.flatMap((one) => readOrRefused(textOf(one)));
        for (const before of read)
          for (const after of read)
            for (const row of compareSnapshots(before, after, new Set()).rows) {
              checkNdjson(json(row), false);
              checkShown(tsv(row), 'tsv', true);
            }
      },
    };
  },
};

/** One, or none where it was refused as it should be: what else is thrown is a finding. */
function readOrRefused(text: string): readonly SnapshotDocument[] {
  try {
    return [parseSnapshot(text, 'a')];
  } catch (error) {
    if (error instanceof Failure && error.exit === 65) return [];
    throw error;
  }
}
