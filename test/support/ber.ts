import { ascii, type Octets } from './headers.ts';

/** An element of BER (X.690) of at most 127 bytes. */
export const ber = (tag: number, ...contents: readonly Octets[]): number[] => {
  const content = contents.flat();
  return [tag, content.length, ...content];
};
export const sequence = (...contents: readonly Octets[]): number[] => ber(0x30, ...contents);
export const integer = (...bytes: readonly number[]): number[] => ber(2, bytes);
export const octetString = (text: string): number[] => ber(4, ascii(text));
