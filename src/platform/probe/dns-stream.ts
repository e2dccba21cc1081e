import type net from 'node:net';
import { ignoredWords } from './ask-datagram.ts';
import type { Deadline } from './deadline.ts';
import { streamWords } from './tls-words.ts';
import { waitFor } from './wait-for.ts';

const LENGTH = 2;

/**
 * Asks over an open connection (RFC 1035, 4.2.2; RFC 7858, 3.3): resolves with the first message for which `accept`
 * returns something. Keeps at most one message. Rejects with the reason in words.
 */
export function askDnsStream<T>(
  stream: net.Socket,
  query: Uint8Array,
  accept: (message: Buffer) => T | null,
  deadline: Deadline,
): Promise<T> {
  return waitFor(deadline, (done, fail) => {
    let ignored = 0;
    const read = messagesOf((message) => {
      const value = accept(message);
      if (value === null) ignored++;
      else done(value);
    });
    const failed = (error: Error): void => fail(new Error(streamWords(error)));
    const ended = (): void => fail(new Error('the server hung up without an answer'));
    stream.on('data', read).on('error', failed).on('end', ended).on('close', ended);
    const framed = Buffer.alloc(LENGTH + query.length);
    framed.writeUInt16BE(query.length);
    framed.set(query, LENGTH);
    stream.write(framed);
    return {
      stop: () => stream.off('data', read).off('end', ended).off('close', ended),
      remark: () => ignoredWords(ignored),
    };
  });
}

/** Takes the bytes of a stream and calls back with each complete message. */
function messagesOf(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let message = Buffer.alloc(LENGTH);
  let isLength = true;
  let have = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const took = chunk.copy(message, have, at, at + message.length - have);
      at += took;
      have += took;
      if (have < message.length) return;
      const whole = message;
      const next = isLength ? whole.readUInt16BE() : 0;
      if (!isLength) onMessage(whole);
      isLength = !isLength || next === 0;
      message = Buffer.alloc(isLength ? LENGTH : next);
      have = 0;
    }
  };
}
