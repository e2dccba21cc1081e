import type { Flow } from './flow.ts';

/** Below, nothing is gained by looking. */
const FIRST_LOOK = 4096;
/** By so much more than there was left last time, it is looked again. */
const GROWTH = 1 / 8;

/**
 * What is remembered beside flows, or beside their connections. What `isDone` says is not needed any more goes, looked for each
 * time there is more by a part.
 */
export class ByFlow<Value, Key extends object = Flow> extends Map<Key, Value> {
  private readonly isDone: (key: Key, value: Value) => boolean;
  private nextLook = FIRST_LOOK;

  constructor(isDone: (key: Key, value: Value) => boolean) {
    super();
    this.isDone = isDone;
  }

  override set(key: Key, value: Value): this {
    if (this.size >= this.nextLook) {
      for (const [one, kept] of this) if (this.isDone(one, kept)) this.delete(one);
      this.nextLook = this.size + Math.max(FIRST_LOOK, this.size * GROWTH);
    }
    return super.set(key, value);
  }
}
