import {
  address,
  bytes,
  choice,
  count,
  integer,
  list,
  maybe,
  port,
  seconds,
  shown,
  type Tone,
  text,
  time,
  WHOLE,
} from '../field.ts';
import { type Row, table } from '../table.ts';

const TUNNEL_STATES = ['up', 'idle', 'waiting', 'down'] as const;
export type TunnelState = (typeof TUNNEL_STATES)[number];

const toneOf = (state: TunnelState): Tone => (state === 'up' ? 'good' : state === 'down' ? 'bad' : 'notice');

/** One row per tun or tap device, and per peer of a WireGuard device. */
export const tunnel = table(
  'tunnel',
  'One row per tun or tap device, and per peer of a WireGuard device.',
  {
    time: time('When it was read.'),
    iface: text('The device that packets enter and leave it by.', shown('IFACE', 1, WHOLE)),
    kind: choice(
      'What it is; openvpn is a tun or tap device that a process of this name holds.',
      ['wireguard', 'openvpn', 'tun', 'tap'],
      shown('KIND', 3),
    ),
    state: maybe(
      choice(
        'up: the device is up, and with WireGuard keys were exchanged in the last three minutes; idle: they were before; waiting: never yet; down: the device is. Null where peers of WireGuard may not be read.',
        TUNNEL_STATES,
        { ...shown('STATE', 1), tone: toneOf },
      ),
    ),
    peer: maybe(
      text('The first eight characters of the public key of a peer; keys are never shown whole.', shown('PEER', 2)),
    ),
    pid: maybe(integer('Process that holds the device; of several, the one that started first.', shown('PID', 5))),
    process: maybe(text('Name of its executable.', shown('PROCESS', 2, 8))),
    proto: maybe(choice('Transport of the outer flow.', ['udp', 'tcp'], shown('PROTO', 5))),
    local_addr: maybe(address('Local address of the outer flow; null where the system chooses it for each packet.')),
    local_port: maybe(port('Local port of the outer flow.')),
    remote_addr: maybe(
      address(
        'Other end of the outer flow. Null where a process sends by a socket without a peer, which tells nobody where to.',
        shown('REMOTE', 1),
      ),
    ),
    remote_port: maybe(port('Its port.', shown('RPORT', 3))),
    outer_iface: maybe(text('Interface of local_addr.', shown('VIA', 3))),
    outer_flows: maybe(
      count(
        'Flows of the process that may be the outer one; of several, the one shown moved most bytes when it was first seen.',
      ),
    ),
    inner: list(
      'Addresses of the device; of a WireGuard peer, those that are routed to it (at most 100).',
      shown('INNER', 3, 22),
    ),
    rx_bytes: maybe(bytes('Bytes that came out of the tunnel.', shown('RX', 3))),
    tx_bytes: maybe(bytes('Bytes that went into the tunnel.', shown('TX', 3))),
    last_handshake: maybe(time('When WireGuard last exchanged keys with the peer; null for never.')),
    handshake_age_s: maybe(seconds('Seconds since then.', shown('HANDSHAKE', 4))),
    up_since: maybe(
      time(
        'Since when it is up, as far as is known: the last reconnect that was seen, or else the start of the process that holds it.',
        shown('SINCE', 4),
      ),
    ),
    reconnects: maybe(
      count(
        'How often it was seen to come up again in this run: after it was down or idle, with another process or device, or (but for WireGuard) by another outer flow. Null at the first look.',
        shown('RECONN', 2),
      ),
    ),
  },
  {
    none: 'no tun or tap device and no WireGuard peer; VXLAN, GRE and the like are interfaces: netwatch ifaces',
  },
);
export type TunnelRow = Row<typeof tunnel>;
