import type { InterfaceReading } from '../../core/system/platform.ts';

/** The counters of an interface, each null where the system tells none. */
export type InterfaceCounters = Pick<
  InterfaceReading,
  | 'rx_bytes'
  | 'tx_bytes'
  | 'rx_packets'
  | 'tx_packets'
  | 'rx_errors'
  | 'tx_errors'
  | 'rx_dropped'
  | 'tx_dropped'
  | 'collisions'
  | 'multicast'
>;

export const NO_COUNTERS: InterfaceCounters = {
  rx_bytes: null,
  tx_bytes: null,
  rx_packets: null,
  tx_packets: null,
  rx_errors: null,
  tx_errors: null,
  rx_dropped: null,
  tx_dropped: null,
  collisions: null,
  multicast: null,
};
