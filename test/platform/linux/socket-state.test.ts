import { expect, test } from 'vitest';
import { socketState } from '../../../src/platform/linux/socket-state.ts';

test.each([
  ['tcp', 1, 'ESTABLISHED'],
  ['tcp', 3, 'SYN_RECV'],
  ['tcp', 6, 'TIME_WAIT'],
  ['tcp', 7, 'CLOSE'],
  ['tcp', 10, 'LISTEN'],
  ['tcp', 12, 'SYN_RECV'],
  ['tcp', 13, 'CLOSE'],
  ['tcp', 200, 'CLOSE'],
  ['udp', 7, 'UNCONN'],
  ['udp', 1, 'ESTABLISHED'],
  ['raw', 7, 'UNCONN'],
  ['icmp', 7, 'UNCONN'],
  ['udplite', 7, 'UNCONN'],
  ['sctp', 7, 'CLOSE'],
] as const)('%s in state %i is %s', (proto, number, state) => {
  expect(socketState(proto, number)).toBe(state);
});
