/** The slots of a table by hash, as the table was given them last. */
export class WatchedSlots {
  private slots = new Int32Array(0);

  /** Given to the table, in place of its own. */
  readonly make = (count: number): Int32Array => {
    this.slots = new Int32Array(count);
    return this.slots;
  };

  /** The most slots in a row that are not empty, the end going on at the beginning: a lookup looks at one more at most. */
  longestRun(): number {
    const { slots } = this;
    if (slots.length === 0) throw new Error('no table was given these slots');
    let run = 0;
    let longest = 0;
    for (let slot = 0; slot < 2 * slots.length && run < slots.length; slot++) {
      run = slots[slot % slots.length] === 0 ? 0 : run + 1;
      if (run > longest) longest = run;
    }
    return longest;
  }
}
