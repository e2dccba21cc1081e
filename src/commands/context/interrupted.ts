/**
 * A signal came before there was anything to work on. This is not an error: the run ends, with the status of an
 * interrupt.
 */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}
