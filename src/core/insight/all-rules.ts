import type { Rule } from './rule.ts';
import { arpConflict } from './rules/arp-conflict.ts';
import { asymmetricLoss } from './rules/asymmetric-loss.ts';
import { beaconing } from './rules/beaconing.ts';
import { captureQuality } from './rules/capture-quality.ts';
import { clearTextCredentials } from './rules/clear-text-credentials.ts';
import { closeWait } from './rules/close-wait.ts';
import { conntrackFull } from './rules/conntrack-full.ts';
import { dhcpConflict } from './rules/dhcp-conflict.ts';
import { dnsTunnelling } from './rules/dns-tunnelling.ts';
import { ephemeralPorts } from './rules/ephemeral-ports.ts';
import { expiringCertificate } from './rules/expiring-certificate.ts';
import { failingResolver } from './rules/failing-resolver.ts';
import { gatewayFailed } from './rules/gateway-failed.ts';
import { halfDuplex } from './rules/half-duplex.ts';
import { halfOpen } from './rules/half-open.ts';
import { halfOpenSockets } from './rules/half-open-sockets.ts';
import { handshakeLatency } from './rules/handshake-latency.ts';
import { hostSweep } from './rules/host-sweep.ts';
import { interfaceDrops } from './rules/interface-drops.ts';
import { interfaceErrors } from './rules/interface-errors.ts';
import { interfaceMtu } from './rules/interface-mtu.ts';
import { listenQueue } from './rules/listen-queue.ts';
import { mtuBlackHole } from './rules/mtu-black-hole.ts';
import { newListener } from './rules/new-listener.ts';
import { newRemote } from './rules/new-remote.ts';
import { noDefaultRoute } from './rules/no-default-route.ts';
import { nxdomainBurst } from './rules/nxdomain-burst.ts';
import { oldTls } from './rules/old-tls.ts';
import { pathCause } from './rules/path-cause.ts';
import { pathChange } from './rules/path-change.ts';
import { portScan } from './rules/port-scan.ts';
import { probeLoss } from './rules/probe-loss.ts';
import { resets } from './rules/resets.ts';
import { resolverRoute } from './rules/resolver-route.ts';
import { retransmissions } from './rules/retransmissions.ts';
import { routerConflict } from './rules/router-conflict.ts';
import { slowResolver } from './rules/slow-resolver.ts';
import { stealthScan } from './rules/stealth-scan.ts';
import { synFlood } from './rules/syn-flood.ts';
import { tcpMemory } from './rules/tcp-memory.ts';
import { udpDrops } from './rules/udp-drops.ts';
import { udpScan } from './rules/udp-scan.ts';
import { unusualRate } from './rules/unusual-rate.ts';
import { zeroWindow } from './rules/zero-window.ts';

/** TCP and traffic: who scans or floods, what is lost, what is slow. */
const TRAFFIC: readonly Rule[] = [
  ...[portScan, hostSweep, stealthScan, udpScan, synFlood, halfOpen, beaconing, unusualRate],
  ...[retransmissions, asymmetricLoss, mtuBlackHole, zeroWindow, handshakeLatency, resets, captureQuality],
];

/** Names and security: who resolves badly, what is in clear text, who claims the same address. */
const NAMES_AND_SECURITY: readonly Rule[] = [
  dnsTunnelling,
  nxdomainBurst,
  slowResolver,
  failingResolver,
  clearTextCredentials,
  oldTls,
  expiringCertificate,
  arpConflict,
  dhcpConflict,
  routerConflict,
];

/** The machine itself: its sockets, its kernel's counters, its neighbours. */
const MACHINE: readonly Rule[] = [
  ...[closeWait, udpDrops, conntrackFull, gatewayFailed, listenQueue, halfDuplex],
  ...[halfOpenSockets, ephemeralPorts, tcpMemory, interfaceErrors, interfaceDrops, interfaceMtu],
  ...[noDefaultRoute, resolverRoute],
  ...[pathCause, newListener, pathChange, probeLoss, newRemote],
];

/** Every rule. To add one, write its file and add a line here. */
export const RULES: readonly Rule[] = [...TRAFFIC, ...NAMES_AND_SECURITY, ...MACHINE];
