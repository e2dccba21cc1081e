import { address, bytes, choice, count, integer, maybe, port, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** The outer flow of an inner flow, of packets that a tunnel carries. */
export const tunnelFlow = table(
  'tunnel_flow',
  'One row per flow inside a tunnel and ends of that tunnel; of an encrypted tunnel, per flow that carries it.',
  {
    kind: text(
      'The tunnel, by the name of its protocol (vxlan, gre, gtp, wg, esp, ip for IP in IP); tunnels in tunnels are vxlan/gtp, the outer one first.',
      shown('TUNNEL', 1),
    ),
    outer_a_addr: address('The end of the tunnel whose packet came first.', shown('OUTER-A', 1)),
    outer_b_addr: address('The other end of the tunnel.', shown('OUTER-B', 1)),
    outer_proto: choice('What carries it.', ['udp', 'tcp', 'ip'], shown('OVER', 4)),
    outer_port: maybe(port('Destination port of its first packet; null directly on IP.', shown('PORT', 4))),
    inner_proto: maybe(
      choice(
        'Transport of the flow inside; null for what has no ports, and where the tunnel is encrypted.',
        ['tcp', 'udp', 'sctp'],
        shown('INNER', 2),
      ),
    ),
    inner_a_addr: maybe(address('The side inside that sent first.', shown('INNER-A', 1))),
    inner_a_port: maybe(port('Its port.', shown('A-PORT', 3))),
    inner_b_addr: maybe(address('The other side inside.', shown('INNER-B', 1))),
    inner_b_port: maybe(port('Its port.', shown('B-PORT', 2))),
    inner_stream: maybe(integer('Number of the stream inside, as netwatch follow takes it.', shown('STREAM', 5))),
    packets: count('Packets both ways.', shown('PACKETS', 2)),
    bytes: bytes('Bytes of their whole frames.', shown('BYTES', 1)),
    first: maybe(time('Time of the first packet.')),
    last: maybe(time('Time of the last packet.')),
  },
  {
    aliases: {
      addr: ['outer_a_addr', 'outer_b_addr', 'inner_a_addr', 'inner_b_addr'],
      'ip.addr': ['outer_a_addr', 'outer_b_addr', 'inner_a_addr', 'inner_b_addr'],
      port: ['outer_port', 'inner_a_port', 'inner_b_port'],
    },
  },
);
export type TunnelFlowRow = Row<typeof tunnelFlow>;
