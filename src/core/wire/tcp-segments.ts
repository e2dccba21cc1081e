import { protocol } from './protocol.ts';

/** The pseudo layer tshark shows where a message was put together from several segments. */
export const tcpSegments = protocol({
  name: 'tcp.segments',
  title: 'TCP',
  about: 'Reassembled TCP segments',
});
