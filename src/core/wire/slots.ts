/** Makes the slots of a table by hash: numbers of entries, from 1; all are empty, 0. A test that watches them makes its own. */
export type NewSlots = (count: number) => Int32Array;

export const newSlots: NewSlots = (count) => new Int32Array(count);
