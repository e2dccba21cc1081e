import { utf8 } from '../../bytes.ts';
import { KnownTexts } from '../../known-texts.ts';
import { headerField, valueEnd } from '../message-framing.ts';
import { lineEnd } from '../text-line.ts';
import { kindOfLine, NEITHER, partsOfLine, RESPONSE, statusOf } from './http-start-line.ts';

const LONGEST_TEXT = 4096;

const known = new KnownTexts();

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
  const lineStop = Math.min(stop, start + LONGEST_TEXT);
  const line = partsOfLine(bytes, start, lineStop);
  const first = knownText(bytes, start, line.firstEnd);
  const rest = knownText(bytes, line.rest, lineStop).trimStart() || null;
  if (kind === RESPONSE) {
    const status = statusOf(bytes, start, stop);
    return { request: false, version: first, status: status === 0 ? null : status, reason: rest };
  }
  return {
    request: true,
    method: first,
    uri: utf8(bytes, line.second, line.secondEnd),
    version: rest,
    host: fieldOf(bytes, stop, end, 'host'),
    userAgent: fieldOf(bytes, stop, end, 'user-agent'),
  };
}

function fieldOf(bytes: Uint8Array, start: number, end: number, name: string): string | null {
  const value = headerField(bytes, start, end, name);
  if (value < 0) return null;
  return knownText(bytes, value, Math.min(valueEnd(bytes, value, end), value + LONGEST_TEXT));
}

const knownText = (bytes: Uint8Array, start: number, end: number): string => known.read(bytes, start, end, utf8);
