/** What a port stands for. A byte for each port: tables of references took half a megabyte each, and a run has four. */
export class PortTable<One> {
  private readonly byId: readonly (One | undefined)[];
  private readonly ids: Uint8Array;

  /** `byId` has nothing at 0, which stands for none among `ids`. */
  constructor(byId: readonly (One | undefined)[], ids: Uint8Array) {
    this.byId = byId;
    this.ids = ids;
  }

  /** Undefined for a port that nobody claims, and for what is no port. */
  of(port: number): One | undefined {
    return this.byId[this.ids[port] ?? 0];
  }
}
