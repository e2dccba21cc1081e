import { DISSECTED_PROTOCOLS } from './dissected-protocols.ts';

/** Names that people use, and what Wireshark calls the same. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  sll2: ['sll'],
  pppoe: ['pppoed', 'pppoes'],
  redis: ['resp'],
};

/** Protocols of sockets that are not dissected. */
const UNDISSECTED = ['udplite', 'mptcp'];

/** Protocols that a filter knows by name, whatever records it is for: Wireshark's filter names, all that are dissected among them. */
export const PROTOCOL_NAMES: ReadonlySet<string> = new Set([
  ...DISSECTED_PROTOCOLS,
  ...UNDISSECTED,
  ...Object.keys(OTHER_NAMES),
]);

/** The names of the layers that a protocol's name in a filter stands for. */
export function layersNamed(name: string): readonly string[] {
  return (Object.hasOwn(OTHER_NAMES, name) && OTHER_NAMES[name]) || [name];
}
