import type { IfaceRow } from '../record/tables/iface.ts';

/** A process that holds a device, or several. */
export interface TunnelHolder {
  readonly pid: number;
  readonly name: string;
  /** When it started, ISO 8601; null where that is unknown. */
  readonly started: string | null;
}

/** What the kernel, or a process that is WireGuard itself, says of a peer. */
export interface WireguardPeer {
  /** The beginning of its public key, to tell it by. */
  readonly key: string;
  readonly endpoint: { readonly addr: string; readonly port: number } | null;
  /** ISO 8601; null for never. */
  readonly lastHandshake: string | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
  readonly allowedIps: readonly string[];
}

/** A device of WireGuard: its port, and its peers. */
export interface WireguardDevice {
  readonly iface: string;
  readonly listenPort: number | null;
  readonly peers: readonly WireguardPeer[];
}

/** A device that tunnels, as the system has it. */
export interface TunnelDevice {
  readonly iface: string;
  readonly index: number;
  readonly kind: 'tun' | 'tap' | 'wireguard';
  readonly state: IfaceRow['state'];
  /** With prefix length. */
  readonly addresses: readonly string[];
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  /** The processes that hold it, first started first. */
  readonly holders: readonly TunnelHolder[];
  /** Null for others than WireGuard, and where that may not be read; of a tun device when its holder is WireGuard. */
  readonly wireguard: WireguardDevice | null;
}
