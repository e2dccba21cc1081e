/** A signal came before there was anything to work on: no error, but the end of the run, with the status that has. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}
