/** One exchange of an HTTP/2 connection: what statistics tell of it. */
export class Http2Stream {
  readonly id: number;
  /** The direction its server sends in: 0 from A to B. */
  readonly server: number;
  /** Header fields of the last header block of either side. */
  fields: ReadonlyMap<string, string> = new Map();
  /** Bytes of frames each way. */
  requestBytes = 0;
  responseBytes = 0;

  constructor(id: number, server: number) {
    this.id = id;
    this.server = server;
  }
}
