/** How long a live run waits for an answer before it tells of what was asked alone. */
export const PATIENCE_SECONDS = 10;

/** Takes out of `rows` those that wait for nothing, in their order. */
export function takeComplete<Row>(rows: Row[], waiting: ReadonlySet<Row>): readonly Row[] {
  const complete = rows.filter((row) => !waiting.has(row));
  let left = 0;
  for (const row of rows) if (waiting.has(row)) rows[left++] = row;
  rows.length = left;
  return complete;
}
