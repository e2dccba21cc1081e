import type { Rule } from './rule.ts';
import { asymmetricLoss } from './rules/asymmetric-loss.ts';
import { beaconing } from './rules/beaconing.ts';
import { captureQuality } from './rules/capture-quality.ts';
import { halfOpen } from './rules/half-open.ts';
import { handshakeLatency } from './rules/handshake-latency.ts';
import { hostSweep } from './rules/host-sweep.ts';
import { mtuBlackHole } from './rules/mtu-black-hole.ts';
import { portScan } from './rules/port-scan.ts';
import { resets } from './rules/resets.ts';
import { retransmissions } from './rules/retransmissions.ts';
import { stealthScan } from './rules/stealth-scan.ts';
import { synFlood } from './rules/syn-flood.ts';
import { udpScan } from './rules/udp-scan.ts';
import { unusualRate } from './rules/unusual-rate.ts';
import { zeroWindow } from './rules/zero-window.ts';

/** TCP and traffic: who scans or floods, what is lost, what is slow. */
const TRAFFIC: readonly Rule[] = [
  ...[portScan, hostSweep, stealthScan, udpScan, synFlood, halfOpen, beaconing, unusualRate],
  ...[retransmissions, asymmetricLoss, mtuBlackHole, zeroWindow, handshakeLatency, resets, captureQuality],
];

/** Every rule. To add one, write its file and add a line here. */
export const RULES: readonly Rule[] = [...TRAFFIC];
