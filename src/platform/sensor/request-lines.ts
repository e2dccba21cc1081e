import fs from 'node:fs';

const NEWLINE = 10;
const READ_BYTES = 4096;

/** What is asked of the sensor while it captures. */
export interface Requests {
  /** To put everything on the disk. */
  readonly sync: () => void;
  /** To tell the counts of now. */
  readonly recount: () => void;
  /** To capture by another filter. */
  readonly refilter: (bpf: string) => void;
  /** To capture from the interface of an index too. */
  readonly follow: (index: number) => void;
}

/** Requests that come as lines, in pieces, by whichever way stdin is read. */
export class RequestLines {
  private readonly requests: Requests;
  private readonly read = Buffer.alloc(READ_BYTES);
  private rest: Buffer = Buffer.alloc(0);

  constructor(requests: Requests) {
    this.requests = requests;
  }

  take(bytes: Uint8Array): void {
    let lines = Buffer.concat([this.rest, bytes]);
    for (let end = lines.indexOf(NEWLINE); end >= 0; end = lines.indexOf(NEWLINE)) {
      const line = lines.toString('utf8', 0, end);
      lines = lines.subarray(end + 1);
      if (line === '') this.requests.sync();
      else {
        const asked = JSON.parse(line) as string | number | null;
        if (asked === null) this.requests.recount();
        else if (typeof asked === 'string') this.requests.refilter(asked);
        else this.requests.follow(asked);
      }
    }
    this.rest = lines;
  }

  /** Takes what is there, without waiting: node has made stdin a descriptor that does not block. False at its end. */
  look(): boolean {
    try {
      const length = fs.readSync(0, this.read, 0, READ_BYTES, null);
      if (length === 0) return false;
      this.take(this.read.subarray(0, length));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN';
    }
  }
}

/** A request for the counts of now, as a line. */
export const RECOUNT_LINE = 'null\n';

/** A request for another filter, as a line. */
export const refilterLine = (bpf: string): string => `${JSON.stringify(bpf)}\n`;

/** A request for the interface of an index, as a line. */
export const followLine = (index: number): string => `${index}\n`;
