import { utf8 } from '../bytes.ts';
import { kindOfLine, NEITHER, RESPONSE, splitLine, statusOf } from './http-start-line.ts';
import { headerField, valueEnd } from './message-framing.ts';
import { lineEnd } from './text-line.ts';

const LONGEST_TEXT = 4096;

/** The start line and the header fields that statistics tell of. */
export type HttpMessage = HttpRequest | HttpResponse;

export interface HttpRequest {
  readonly request: true;
  readonly method: string;
  readonly uri: string;
  readonly version: string | null;
  readonly host: string | null;
  readonly userAgent: string | null;
}

export interface HttpResponse {
  readonly request: false;
  readonly version: string;
  readonly status: number | null;
  readonly reason: string | null;
}

/** Reads the header block in [start, end); null when it begins neither request nor response. */
export function readHttpMessage(bytes: Uint8Array, start: number, end: number): HttpMessage | null {
  const stop = lineEnd(bytes, start, end, false);
  const kind = kindOfLine(bytes, start, stop);
  if (kind === NEITHER) return null;
  const line = splitLine(textOf(bytes, start, stop));
  if (kind === RESPONSE) {
    const status = statusOf(bytes, start, stop);
    return { request: false, version: line.first, status: status === 0 ? null : status, reason: line.rest || null };
  }
  return {
    request: true,
    method: line.first,
    uri: line.second,
    version: line.rest || null,
    host: fieldOf(bytes, stop, end, 'host'),
    userAgent: fieldOf(bytes, stop, end, 'user-agent'),
  };
}

function fieldOf(bytes: Uint8Array, start: number, end: number, name: string): string | null {
  const value = headerField(bytes, start, end, name);
  return value < 0 ? null : textOf(bytes, value, valueEnd(bytes, value, end));
}

function textOf(bytes: Uint8Array, start: number, stop: number): string {
  return utf8(bytes, start, Math.min(stop, start + LONGEST_TEXT));
}
