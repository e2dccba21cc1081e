import { http } from '../wire/app/http/http.ts';
import { readHead } from '../wire/app/http/http-end.ts';
import { type HttpMessage, readHttpMessage } from '../wire/app/http/http-message.ts';
import { kindOfLine, NEITHER, REQUEST, RESPONSE, statusOf } from '../wire/app/http/http-start-line.ts';
import { headerField, valueEnd } from '../wire/app/message-framing.ts';
import { ssdp } from '../wire/app/ssdp.ts';
import { lineEnd } from '../wire/app/text-line.ts';
import { utf8 } from '../wire/bytes.ts';
import { ABSENT, ofHeaders, ofLayers, type Visit } from './display-field.ts';

/** What has the messages of HTTP: as in Wireshark, SSDP too. */
const PROTOCOLS = [http, ssdp];
const LONGEST_TEXT = 4096;

/** 1 for each message that is of this kind. */
const ofKind = (kind: number): Visit =>
  ofHeaders(PROTOCOLS, 1, (bytes, at, packet, layer) => {
    const stop = lineEnd(bytes, at, packet.layerEnd[layer]!, false);
    return kindOfLine(bytes, at, stop) === kind ? 1 : ABSENT;
  });

export const requests = ofKind(REQUEST);
export const responses = ofKind(RESPONSE);

export const statusCodes = ofHeaders(PROTOCOLS, 1, (bytes, at, packet, layer) => {
  const stop = lineEnd(bytes, at, packet.layerEnd[layer]!, false);
  return kindOfLine(bytes, at, stop) === RESPONSE ? statusOf(bytes, at, stop) || ABSENT : ABSENT;
});

/** What `read` says of the start line of each message; null where that has no such part. */
export const ofStartLine = (read: (message: HttpMessage) => string | null): Visit =>
  ofLayers(PROTOCOLS, 1, (packet, layer, test) => {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const message = readHttpMessage(bytes, start, lineEnd(bytes, start, packet.layerEnd[layer]!, false));
    const text = message === null ? null : read(message);
    return text === null ? null : test(text);
  });

/** The value of the header field `name`, in lower case, of each message. */
export const ofHeaderField = (name: string): Visit =>
  ofLayers(PROTOCOLS, 1, (packet, layer, test) => {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (kindOfLine(bytes, start, lineEnd(bytes, start, end, false)) === NEITHER) return null;
    const stop = readHead(bytes, start, end).end;
    const value = headerField(bytes, lineEnd(bytes, start, stop, false), stop, name);
    return value < 0 ? null : test(utf8(bytes, value, Math.min(valueEnd(bytes, value, stop), value + LONGEST_TEXT)));
  });
