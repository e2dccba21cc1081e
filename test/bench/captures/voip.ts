import type { End, FloodFile } from '../../support/flood.ts';

const CALLS = 50;
/** Packets of speech of each side, 20 ms each. */
const SPEECH = 3000;
const PAYLOAD = 160;

/** Calls, fifty at a time: SIP announces two streams of RTP, which last a minute. */
export function writeVoip(file: FloodFile, packets: number): void {
  for (let left = packets, first = 0; left > 0; first += CALLS) {
    const calls = Array.from({ length: CALLS }, (_, number) => callOf(file, first + number));
    for (let open = calls.length; open > 0 && left > 0; ) {
      for (const call of calls) {
        if (left === 0) return;
        const { done } = call.next();
        if (done === true) open--;
        else left--;
      }
      if (open < calls.length) break;
    }
  }
}

function* callOf(file: FloodFile, number: number): Generator<void> {
  const [caller, called] = [1000 + (number % 500), 2000 + (number % 700)];
  const [a, b] = [signalling(caller), signalling(called)];
  const port = 16_384 + ((number * 2) % 16_000);
  file.udp(a, b, sip(`INVITE sip:b${called}@voice.example SIP/2.0`, number, 'INVITE', caller, port));
  yield;
  file.udp(b, a, sip('SIP/2.0 200 OK', number, 'INVITE', called, port));
  yield;
  file.udp(a, b, sip(`ACK sip:b${called}@voice.example SIP/2.0`, number, 'ACK', caller, 0));
  yield;
  const ends: readonly [End, End] = [
    { host: caller, port },
    { host: called, port },
  ];
  const speech = Buffer.alloc(12 + PAYLOAD);
  for (let count = 0; count < SPEECH; count++) {
    for (const side of [0, 1] as const) {
      speech.fill(count & 255);
      speech[0] = 0x80;
      speech[1] = count === 0 ? 0x80 : 0;
      speech.writeUInt16BE(count, 2);
      speech.writeUInt32BE(count * PAYLOAD, 4);
      speech.writeUInt32BE(0x1000_0000 + number * 2 + side, 8);
      file.udp(ends[side], ends[1 - side]!, speech);
      yield;
    }
  }
  file.udp(a, b, sip(`BYE sip:b${called}@voice.example SIP/2.0`, number, 'BYE', caller, 0));
  yield;
}

const signalling = (host: number): End => ({ host, port: 5060 });
const dotted = (host: number): string => `10.0.${host >> 8}.${host & 255}`;

/** A message of a call; with an RTP port, it has a session description. */
function sip(start: string, call: number, method: string, host: number, port: number): Buffer {
  const body =
    port === 0
      ? ''
      : `v=0\r\no=- ${call} 1 IN IP4 ${dotted(host)}\r\ns=-\r\nc=IN IP4 ${dotted(host)}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
  return Buffer.from(
    [
      start,
      `Via: SIP/2.0/UDP ${dotted(host)}:5060;branch=z9hG4bK${call}`,
      `From: <sip:a@voice.example>;tag=${call}`,
      `To: <sip:b@voice.example>;tag=t${call}`,
      `Call-ID: ${call}@voice.example`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:${dotted(host)}:5060>`,
      ...(port === 0 ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  );
}
