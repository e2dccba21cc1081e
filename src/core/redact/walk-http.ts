import { stop, type Walk } from './walk.ts';

const LINE_FEED = 0x0a;
const X = 0x78;
const LONGEST_LINE = 8192;
const REQUEST = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) ([^ ]+) HTTP\/1\.[01]\r?$/;
const STATUS = /^HTTP\/1\.[01] \d{3}(?: |\r?$)/;
/** Fields whose names say nothing of anybody; the values of those that are not in VALUES become x. */
const FIELDS = new Set(
  'accept accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-disposition content-encoding content-length content-type cookie date etag expires host if-modified-since if-none-match keep-alive last-modified location origin pragma range referer server set-cookie transfer-encoding upgrade user-agent vary via www-authenticate x-forwarded-for'.split(
    ' ',
  ),
);
const VALUES: Readonly<Record<string, RegExp>> = {
  'content-length': /^\d{1,15}$/,
  connection: /^(?:close|keep-alive|upgrade)$/i,
  'transfer-encoding': /^(?:chunked|identity)$/i,
  'content-encoding': /^(?:gzip|br|deflate|zstd)$/i,
};
const BEGINNINGS = new Set('GHPDOCT'.split('').map((one) => one.charCodeAt(0)));

/** The head of an HTTP message: methods, numbers and known fields stay, host names become others, all else becomes x. */
export function httpMessage(walk: Walk, start: number, end: number): number {
  if (!BEGINNINGS.has(walk.bytes[start]!)) return stop(walk, start, end);
  let at = start;
  for (;;) {
    const next = lineEnd(walk.bytes, at, end);
    if (next < 0) return stop(walk, at, end);
    const line = walk.bytes.toString('latin1', at, next - 1);
    if (at === start) {
      if (!firstLine(walk, at, line)) return stop(walk, start, end);
    } else if (line === '' || line === '\r') return stop(walk, next, end);
    else field(walk, at, line);
    at = next;
  }
}

function lineEnd(bytes: Buffer, at: number, end: number): number {
  const found = bytes.indexOf(LINE_FEED, at);
  return found < 0 || found >= end || found - at > LONGEST_LINE ? -1 : found + 1;
}

function firstLine({ bytes }: Walk, at: number, line: string): boolean {
  const target = REQUEST.exec(line)?.[1];
  if (target !== undefined) {
    const from = at + line.indexOf(' ') + 1;
    bytes.fill(X, from, from + target.length);
    if (target.startsWith('/')) bytes[from] = 0x2f;
    return true;
  }
  if (!STATUS.test(line)) return false;
  cross(bytes, at + 12, at + line.length);
  return true;
}

function field(walk: Walk, at: number, line: string): void {
  const { bytes } = walk;
  const [, name = '', gap = ''] = /^([!-9;-~]+):([ \t]*)/.exec(line) ?? [];
  const known = name.toLowerCase();
  const to = at + line.replace(/[ \t\r]+$/, '').length;
  if (name === '') {
    cross(bytes, at, at + line.length);
    return;
  }
  if (!FIELDS.has(known)) cross(bytes, at, at + name.length);
  const from = at + name.length + 1 + gap.length;
  if (known === 'host') walk.redaction.name(bytes, from, Math.max(from, to));
  else if (!VALUES[known]?.test(line.slice(from - at, to - at))) cross(bytes, from, to);
}

/** All but spaces and the end of a line. */
function cross(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) if (bytes[at] !== 0x20 && bytes[at] !== 0x0d) bytes[at] = X;
}
