import { NO_FACTS, type PlaceFacts } from '../../core/net/place-facts.ts';
import { openPlaces } from '../../core/place/places.ts';
import type { AnyRow, PlaceField, RecordTable, Snapshot } from '../../core/record/table.ts';
import { openPlaceFiles } from '../../platform/place/place-files.ts';

/** Fills the fields that say where an address is, whose it is, or who made a network card. */
export interface PlaceFields {
  /** The same records, which are looked up as they are read. `wanted` says which fields of a table will be read. */
  fill(snapshot: Snapshot, wanted: (table: RecordTable, field: string) => boolean): Snapshot;
  /** What the databases say of the address in a field, where that is one. */
  placeOf(value: unknown): PlaceFacts;
  close(): void;
}

/**
 * Opens the databases: those of --geoip, or else those in the usual places. Throws a Failure 65, 66 or 77 for one of --geoip that is
 * none, and so does `fill`, before it returns rows.
 */
export function openPlaceFields(named: readonly string[] | null, say: (line: string) => void): PlaceFields {
  const files = openPlaceFiles(named, say);
  const places = openPlaces(files);
  // fields of one address stand next to each other
  let asked: unknown;
  let place: PlaceFacts = NO_FACTS;
  function placeOf(value: unknown): PlaceFacts {
    if (value === asked) return place;
    asked = value;
    place = typeof value === 'string' ? places.factsOf(value) : NO_FACTS;
    return place;
  }
  const factOf = (value: unknown, is: PlaceField['is']): string | number | null =>
    is !== 'vendor' ? placeOf(value)[is] : typeof value === 'string' ? places.vendorOf(value) : null;

  function* filled(rows: Iterable<AnyRow>, fields: readonly (readonly [string, PlaceField])[]): Iterable<AnyRow> {
    for (const row of rows) {
      // in the row itself, which was made for this snapshot: a copy of 65 fields takes longer than the looking up
      const placed = row as Record<string, unknown>;
      // a saved record may know already
      for (const [name, { of, is }] of fields) placed[name] ??= factOf(row[of], is);
      yield row;
    }
  }
  return {
    fill(snapshot, wanted) {
      // not before: until the command runs, this process may have privileges
      if (named !== null) files.openDatabases();
      return snapshot.map((one) => {
        const fields = Object.entries(one.table.places).filter(([name]) => wanted(one.table, name));
        // those that write their lines have asked
        const isDone = fields.length === 0 || one.writeLine !== undefined;
        return isDone ? one : { ...one, rows: filled(one.rows, fields) };
      });
    },
    placeOf,
    close: files.close,
  };
}
