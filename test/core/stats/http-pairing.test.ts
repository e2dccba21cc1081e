import { describe, expect, test } from 'vitest';
import type { HttpRequestRow } from '../../../src/core/record/tables/http-request.ts';
import { ACK, PSH, SYN } from '../../../src/core/wire/tcp-flags.ts';
import { ethernet, ipv4, ipv6, tcp } from '../../support/headers.ts';
import { runStatistic } from '../../support/run-statistic.ts';

type Side = 'C' | 'S';

/** A segment: who sends, what, and whether the capture lacks it. */
interface Piece {
  readonly side: Side;
  readonly text: string;
  readonly isLost?: boolean;
}

interface Setting {
  readonly port?: number;
  readonly isIpv6?: boolean;
  readonly base?: number;
  /** The handshake was not captured. */
  readonly isLate?: boolean;
}

const asked = (...texts: readonly string[]): Piece => ({ side: 'C', text: texts.join('') });
const said = (...texts: readonly string[]): Piece => ({ side: 'S', text: texts.join('') });
const lost = (piece: Piece): Piece => ({ ...piece, isLost: true });
const get = (uri: string): string => `GET ${uri} HTTP/1.1\r\nHost: h\r\n\r\n`;
const head = (uri: string): string => `HEAD ${uri} HTTP/1.1\r\nHost: h\r\n\r\n`;
const post = (uri: string, length: number, body = ''): string =>
  `POST ${uri} HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n${body}`;
const reply = (status: number, body = 'ok'): string =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunks = (status: number, body: string): string =>
  `HTTP/1.1 ${status} X\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
/** The pieces of a text cut at these places. */
const cut = (whole: Piece, ...at: readonly number[]): Piece[] =>
  [0, ...at].map((start, index) => ({ ...whole, text: whole.text.slice(start, at[index]) }));

/** Frames of the conversation, each segment acknowledging all that was sent before it, lost or not. */
function framesOf(
  pieces: readonly Piece[],
  { port = 80, isIpv6 = false, base = 1000, isLate = false }: Setting,
): Uint8Array[] {
  const next = { C: base, S: base + 77_777 };
  const frame = (side: Side, flags: number, text: string): Uint8Array => {
    const [from, to, other] = side === 'C' ? [40_000, port, 'S' as const] : [port, 40_000, 'C' as const];
    const ack = (flags & ACK) === 0 ? 0 : next[other] >>> 0;
    const segment = tcp({ from, to, seq: next[side] >>> 0, ack, flags }, [...Buffer.from(text, 'latin1')]);
    next[side] += text.length + ((flags & SYN) === 0 ? 0 : 1);
    const packet = isIpv6 ? ipv6(6, segment) : ipv4(6, segment);
    // the server's address differs in its last bit but one
    if (side === 'S') for (const last of isIpv6 ? [23, 39] : [15, 19]) packet[last] = packet[last]! ^ 3;
    return Uint8Array.from(ethernet(isIpv6 ? 0x86dd : 0x0800, packet));
  };
  const opening = [frame('C', SYN, ''), frame('S', SYN | ACK, ''), frame('C', ACK, '')];
  const rest = pieces.map(({ side, text, isLost }) => {
    const bytes = frame(side, PSH | ACK, text);
    return isLost === true ? [] : [bytes];
  });
  return [...(isLate ? [] : opening), ...rest.flat()];
}

function rowsOf(pieces: readonly Piece[], setting: Setting = {}): readonly HttpRequestRow[] {
  return runStatistic<HttpRequestRow>('http', framesOf(pieces, setting));
}

const SETTINGS: readonly (readonly [name: string, setting: Setting])[] = [
  ['port 80', {}],
  ['port 9999', { port: 9999 }],
  ['IPv6', { isIpv6: true, port: 8080 }],
  ['numbers that wrap', { base: 0xffffffff - 60 }],
  ['numbers that become negative', { base: 0x7fffffff - 120 }],
  ['a capture that began later', { isLate: true }],
];

const EIGHT = ['/0', '/1', '/2', '/3', '/4', '/5', '/6', '/7'];
const inTurn = (isGone: (index: number) => boolean): Piece[] =>
  EIGHT.flatMap((uri, index) => [
    asked(get(uri)),
    isGone(index) ? lost(said(reply(200 + index))) : said(reply(200 + index)),
  ]);
const BIG = said(reply(200, 'x'.repeat(900)));
const TEXT = said(chunks(200, 'line\r\n'.repeat(150)));

/** The pieces, and the status of each request, or `[null, status]` of a response alone, as `uri status`. */
const CASES: Readonly<Record<string, readonly [pieces: readonly Piece[], rows: readonly string[]]>> = {
  'the first response lost': [
    inTurn((index) => index === 0),
    EIGHT.map((uri, index) => `${uri} ${index === 0 ? null : 200 + index}`),
  ],
  'three responses lost': [
    inTurn((index) => index >= 2 && index <= 4),
    EIGHT.map((uri, index) => `${uri} ${index >= 2 && index <= 4 ? null : 200 + index}`),
  ],
  'every other response lost': [
    inTurn((index) => index % 2 === 1),
    EIGHT.map((uri, index) => `${uri} ${index % 2 === 1 ? null : 200 + index}`),
  ],
  'the last response lost': [
    inTurn((index) => index === 7),
    EIGHT.map((uri, index) => `${uri} ${index === 7 ? null : 200 + index}`),
  ],
  'a request lost': [
    [asked(get('/0')), said(reply(200)), lost(asked(get('/1'))), said(reply(201)), asked(get('/2')), said(reply(202))],
    ['/0 200', 'null 201', '/2 202'],
  ],
  'a request and its response lost': [
    [
      asked(get('/0')),
      said(reply(200)),
      ...[asked(get('/1')), said(reply(201))].map(lost),
      asked(get('/2')),
      said(reply(202)),
    ],
    ['/0 200', '/2 202'],
  ],
  'a request lost of several sent together': [
    [asked(get('/0')), lost(asked(get('/1'))), asked(get('/2')), said(reply(200)), said(reply(201)), said(reply(202))],
    ['/0 200', '/2 202', 'null 201'],
  ],
  'a response lost of several to requests sent together': [
    [
      asked(...EIGHT.map(get)),
      ...EIGHT.map((_, index) => said(reply(200 + index))).map((one, index) => (index === 3 ? lost(one) : one)),
    ],
    EIGHT.map((uri, index) => `${uri} ${index === 3 ? null : 200 + index}`),
  ],
  'the first lost, of responses to requests sent together': [
    [asked(get('/a'), get('/b')), lost(said(reply(200))), said(reply(404)), asked(get('/c')), said(reply(201))],
    ['/a null', '/b 404', '/c 201'],
  ],
  'the head of a response lost': [
    [
      asked(get('/a')),
      ...cut(BIG, 300, 600).map((piece, index) => (index === 0 ? lost(piece) : piece)),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a null', '/b 404'],
  ],
  'the tail of a response lost': [
    [
      asked(get('/a')),
      ...cut(BIG, 300, 600).map((piece, index) => (index === 2 ? lost(piece) : piece)),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a null', '/b 404'],
  ],
  'a hole in the body, requests sent together': [
    [
      asked(get('/a'), get('/b'), get('/c')),
      ...cut(BIG, 300, 600).map((piece, index) => (index === 1 ? lost(piece) : piece)),
      said(reply(404), reply(405)),
    ],
    ['/a null', '/b 404', '/c 405'],
  ],
  'a hole in chunks': [
    [
      asked(get('/a')),
      ...cut(TEXT, 300, 603).map((piece, index) => (index === 1 ? lost(piece) : piece)),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a null', '/b 404'],
  ],
  'a hole in chunks, the next response in the segment with the last of them': [
    [
      asked(get('/a'), get('/b')),
      ...cut(said(TEXT.text, reply(404)), 300, 603).map((piece, index) => (index === 1 ? lost(piece) : piece)),
    ],
    ['/a null', '/b 404'],
  ],
  'the rest of a body without lines behind a hole': [
    [
      asked(get('/a')),
      ...cut(said(chunks(200, 'x'.repeat(900))), 300, 600, 700).map((piece, index) =>
        index === 1 ? lost(piece) : piece,
      ),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a null', '/b 404'],
  ],
  'bytes that are no text behind a hole': [
    [
      asked(get('/a')),
      ...cut(said(chunks(200, '\x00'.repeat(900))), 300, 600).map((piece, index) =>
        index === 1 ? lost(piece) : piece,
      ),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a null', '/b 404'],
  ],
  'a hole in the body of a request': [
    [
      asked(post('/a', 900)),
      lost(asked('x'.repeat(500))),
      asked('y'.repeat(400)),
      said(reply(201)),
      asked(get('/b')),
      said(reply(404)),
    ],
    ['/a 201', '/b 404'],
  ],
  'an answer before the body': [
    [asked(post('/a', 80)), said(reply(413)), asked('x'.repeat(80)), asked(get('/b')), said(reply(200))],
    ['/a 413', '/b 200'],
  ],
  'an answer amid the body, which stops then': [[asked(post('/a', 80, 'x'.repeat(40))), said(reply(413))], ['/a 413']],
  'an answer amid chunks': [
    [
      asked('PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe'),
      said(reply(401)),
      asked('llo\r\n0\r\n\r\n'),
      asked(get('/b')),
      said(reply(200)),
    ],
    ['/a 401', '/b 200'],
  ],
  'two uploads refused early': [
    [
      asked(post('/a', 5)),
      said(reply(413)),
      asked('hello', post('/b', 5)),
      said(reply(507)),
      asked('hello'),
      asked(get('/c')),
      said(reply(200)),
    ],
    ['/a 413', '/b 507', '/c 200'],
  ],
  'interim responses': [
    [
      asked(post('/a', 5)),
      said('HTTP/1.1 100 Continue\r\n\r\n'),
      asked('hello'),
      said('HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 Early\r\nLink: </b>\r\n\r\n', reply(201)),
      asked(get('/b')),
      said(reply(200)),
    ],
    ['/a 201', '/b 200'],
  ],
  'an interim response lost': [
    [
      asked(post('/a', 5)),
      lost(said('HTTP/1.1 100 Continue\r\n\r\n')),
      asked('hello'),
      said(reply(201)),
      asked(get('/b')),
      said(reply(200)),
    ],
    ['/a 201', '/b 200'],
  ],
  'an interim response of a request that was lost': [
    [
      asked(get('/a')),
      said(reply(200)),
      lost(asked(post('/b', 5))),
      said('HTTP/1.1 100 C\r\n\r\n'),
      lost(asked('hello')),
      said(reply(201)),
      asked(get('/c')),
      said(reply(202)),
    ],
    ['/a 200', 'null 201', '/c 202'],
  ],
  'HEAD first': [
    [
      asked(head('/a'), get('/b')),
      said('HTTP/1.1 200 X\r\nContent-Length: 50\r\n\r\n', reply(201)),
      asked(get('/c')),
      said(reply(202)),
    ],
    ['/a 200', '/b 201', '/c 202'],
  ],
  'HEAD last, and in the middle': [
    [
      asked(get('/a'), head('/b'), get('/c'), head('/d')),
      said(reply(200)),
      said('HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n', chunks(202, 'ok')),
      said('HTTP/1.1 203 X\r\nContent-Length: 9\r\n\r\n'),
      asked(get('/e')),
      said(reply(204)),
    ],
    ['/a 200', '/b 201', '/c 202', '/d 203', '/e 204'],
  ],
  'HEAD whose response is lost': [
    [
      asked(head('/a')),
      lost(said('HTTP/1.1 200 X\r\nContent-Length: 50\r\n\r\n')),
      asked(get('/b')),
      said(reply(201)),
      asked(head('/c')),
      said('HTTP/1.1 202 X\r\nContent-Length: 50\r\n\r\n'),
      asked(get('/d')),
      said(reply(203)),
    ],
    ['/a null', '/b 201', '/c 202', '/d 203'],
  ],
  'methods that are not registered': [
    [
      asked('PURGE /a HTTP/1.1\r\n\r\n'),
      said(reply(200)),
      asked("x-Y'1 /b HTTP/1.1\r\n\r\n", get('/c'), 'BAN /d HTTP/1.0\r\nContent-Length: 2\r\n\r\nab', get('/e')),
      said(reply(201), reply(202)),
      said(reply(203), reply(204)),
    ],
    ['/a 200', '/b 201', '/c 202', '/d 203', '/e 204'],
  ],
  'responses without a body that tell of a length, with the next one behind them': [
    [
      asked(head('/a'), get('/b'), get('/c'), get('/d')),
      said(
        'HTTP/1.1 404 X\r\nContent-Length: 30\r\n\r\n',
        'HTTP/1.1 304 X\r\nContent-Length: 30\r\n\r\n',
        'HTTP/1.1 204 X\r\nContent-Length: 30\r\n\r\n',
        reply(200),
      ),
    ],
    ['/a 404', '/b 304', '/c 204', '/d 200'],
  ],
  'a response without a request before the first one': [
    [said(reply(408)), asked(get('/a')), said(reply(200))],
    ['null 408', '/a 200'],
  ],
};

describe.each(SETTINGS)('%s', (_, setting) => {
  test.each(Object.entries(CASES))('%s', (_name, [pieces, expected]) => {
    const rows = rowsOf(pieces, setting);
    expect(rows.map(({ uri, status }) => `${uri} ${status}`).sort()).toEqual([...expected].sort());
    for (const { latency_ms: latency } of rows) expect(latency === null || latency >= 0).toBe(true);
  });
});

test('an upload that was refused early: time and latency from its header, length when it is whole', () => {
  const [row] = rowsOf([asked(post('/a', 80, 'x'.repeat(40))), said(reply(413)), asked('x'.repeat(40))]);
  const length = post('/a', 80).length + 80;
  expect(row).toMatchObject({
    time: '2025-01-01T00:00:00.003000Z',
    latency_ms: 1,
    request_bytes: length,
    client_port: 40_000,
  });
});

test('a response that crosses the next request answers the one before it', () => {
  const frames = framesOf([asked(get('/a')), said(reply(408)), asked(get('/b')), said(reply(200))], {});
  const [second, request] = frames.splice(4, 2);
  // the request was sent before the response came, and captured before it
  new DataView(request!.buffer).setUint32(14 + 20 + 8, new DataView(second!.buffer).getUint32(14 + 20 + 4));
  frames.splice(4, 0, request!, second!);
  const rows = runStatistic<HttpRequestRow>('http', frames);
  expect(rows.map(({ uri, status }) => [uri, status])).toEqual([
    ['/a', 408],
    ['/b', 200],
  ]);
});

test('requests that were captured behind their responses: no request has the answer of another', () => {
  const pieces = ['/a', '/b', '/c'].flatMap((uri, index) => [asked(get(uri)), said(reply(200 + index))]);
  const frames = framesOf(pieces, { isLate: true });
  const rows = runStatistic<HttpRequestRow>(
    'http',
    [1, 0, 3, 2, 4, 5].map((index) => frames[index]!),
  );
  expect(rows.map(({ uri, status }) => [uri, status])).toEqual([
    [null, 200],
    ['/a', null],
    [null, 201],
    ['/b', null],
    ['/c', 202],
  ]);
});

test('a request and the response before it lost: the next response is none of theirs', () => {
  const pieces = [asked(get('/a')), lost(said(reply(200))), lost(asked(get('/b'))), said(reply(201)), asked(get('/c'))];
  expect(rowsOf([...pieces, said(reply(202))]).map(({ uri, status }) => [uri, status])).toEqual([
    ['/a', null],
    [null, 201],
    ['/c', 202],
  ]);
});

test('frames that the capture cut: no request has the answer of another', () => {
  const pieces = EIGHT.flatMap((uri, index) => [
    asked(get(uri)),
    ...cut(said(chunks(200 + index, 'line\r\n'.repeat(90))), ...(index % 2 === 0 ? [21] : [])),
  ]);
  const frames = framesOf(pieces, {}).map((bytes) => ({ bytes: bytes.slice(0, 120), length: bytes.length }));
  const rows = runStatistic<HttpRequestRow>('http', frames);
  expect(rows.map(({ uri, status }) => [uri, status])).toEqual(
    EIGHT.map((uri, index) => [uri, index % 2 === 0 ? null : 200 + index]),
  );
});

test('without acknowledgement numbers, responses are paired in their order', () => {
  const frames = framesOf([asked(get('/a'), get('/b')), said(reply(200)), said(reply(404))], { isLate: true });
  for (const frame of frames) new DataView(frame.buffer).setUint32(14 + 20 + 8, 1);
  const rows = runStatistic<HttpRequestRow>('http', frames);
  expect(rows.map(({ uri, status }) => [uri, status])).toEqual([
    ['/a', 200],
    ['/b', 404],
  ]);
});

test('wherever a conversation is cut, and whichever response is lost, no request has the answer of another', () => {
  let state = 17;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let round = 0; round < 150; round++) {
    const pieces: Piece[] = [];
    const expected: string[] = [];
    for (let count = 0; count < 6; count++) {
      const status = 200 + 10 * count + random(3);
      const body = 'abcdefgh '.repeat(random(40));
      const answer = said([reply, chunks][random(2)]!(status, body));
      const isLost = random(4) === 0;
      const at = 1 + random(answer.text.length - 1);
      const parts = random(2) === 0 ? [answer] : cut(answer, at);
      pieces.push(asked(get(`/${count}`)), ...(isLost ? parts.map(lost) : parts));
      expected.push(`/${count} ${isLost ? null : status}`);
    }
    expect([round, ...rowsOf(pieces).map(({ uri, status }) => `${uri} ${status}`)]).toEqual([round, ...expected]);
  }
});
