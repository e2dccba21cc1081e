import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatNumberOf, formatSeconds } from '../../output/units.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import type { Flow } from '../../wire/flow.ts';
import { addressA, addressB } from '../../wire/flow-text.ts';
import type { Packet } from '../../wire/packet.ts';
import { ZERO_WINDOW } from '../../wire/tcp-analysis.ts';
import { FIN, RST } from '../../wire/tcp-flags.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Connections that are remembered; the oldest give way. */
export const MOST_CLOSED = 10_000;

/** The windows that one side of a connection closed. */
interface Closed {
  times: number;
  seconds: number;
  /** When the window that is closed now was closed; NaN when it is open. */
  since: number;
  /** Of the last packet while it was closed. */
  last: number;
  firstSeconds: number;
  firstNanoseconds: number;
  firstPacket: number;
}
type Sides = [Closed, Closed];

const open = (): Closed => ({
  times: 0,
  seconds: 0,
  since: Number.NaN,
  last: Number.NaN,
  firstSeconds: 0,
  firstNanoseconds: 0,
  firstPacket: 0,
});

/** Looks for receivers that close their window. */
export const zeroWindow = rule({
  name: 'zero_window',
  severity: 'warn',
  about: 'a receiver closes its TCP window, and the sender has to wait',
  explanation:
    'Measures, for each side of a connection, how long its window was zero: from the segment that closed it to the one that opened it again, or to the last packet of the connection. The program that receives does not read as fast as data comes: it is busy, blocked or stopped, or writes to a slow disk. A window that was closed and never opened for several seconds is an error. Segments with RST, FIN or SYN do not count: a window of zero means nothing there.',
  advice:
    'Look at the program that receives: what it waits for, its processor time, its disk. The network is not what is slow.',
  thresholds: {
    closed_ms: threshold(500, 'Milliseconds for which the window was zero, in all.'),
    dead_ms: threshold(5000, 'Milliseconds without opening again from which on it is an error.'),
  },
  open({ closed_ms, dead_ms }, shared) {
    const byFlow = new AgedMap<Flow, Sides>(MOST_CLOSED);
    let closedNow = 0;
    const take = (packet: Packet, at: number): void => {
      if (packet.transport !== 6 || packet.flow === null) return;
      const isZero = (packet.tcpAnalysis & ZERO_WINDOW) !== 0;
      if (!isZero && closedNow === 0) return;
      let sides = byFlow.get(packet.flow);
      if (sides === undefined) {
        if (!isZero) return;
        sides = [open(), open()];
        const given = byFlow.add(packet.flow, sides);
        if (given !== undefined) closedNow -= closedOf(given);
      }
      const before = closedOf(sides);
      if (isZero) close(sides[packet.direction], packet, at);
      follow(sides, packet, at, isZero);
      closedNow += closedOf(sides) - before;
    };
    return {
      packet: take,
      clockJumped(by) {
        for (const [, sides] of byFlow) for (const side of sides) leaveOut(side, by);
        closedNow = 0;
      },
      *findings(at) {
        for (const [flow, sides] of byFlow) {
          for (const [direction, side] of sides.entries()) {
            if (side.times === 0 || shared.isOver(side.last, at)) continue;
            const isClosed = !Number.isNaN(side.since);
            const still = isClosed ? side.last - side.since : 0;
            const total = side.seconds + still;
            if (!(1000 * total >= closed_ms)) continue;
            const [receiver, sender] =
              direction === 0 ? [addressA(flow), addressB(flow)] : [addressB(flow), addressA(flow)];
            const isDead = isClosed && 1000 * still >= dead_ms;
            const times = formatNumberOf(side.times, 'time');
            yield {
              subject: receiver,
              severity: isDead ? 'error' : 'warn',
              summary: `${receiver} closed its receive window to ${sender} ${times}, for ${formatSeconds(total)} in all${isDead ? `, and did not open it again for ${formatSeconds(still)}` : ''}`,
              confidence: 'high',
              evidence: [
                evidence('conversation', { proto: 'tcp', stream: flow.stream, a_port: flow.aPort, b_port: flow.bPort }),
                evidence('packet', { number: side.firstPacket, sender: receiver, window: 0 }),
              ],
              since: formatTimestamp(side.firstSeconds, side.firstNanoseconds),
            };
          }
        }
      },
    };
  },
});

const closedOf = (sides: Sides): number =>
  (Number.isNaN(sides[0].since) ? 0 : 1) + (Number.isNaN(sides[1].since) ? 0 : 1);

function close(side: Closed, packet: Packet, at: number): void {
  if (!Number.isNaN(side.since)) return;
  if (side.times === 0) {
    side.firstSeconds = packet.seconds;
    side.firstNanoseconds = packet.nanoseconds;
    side.firstPacket = packet.number;
  }
  side.times++;
  side.since = at;
  side.last = at;
}

/** What a clock that was set added is no time of a closed window; one that is still closed begins anew. */
function leaveOut(side: Closed, by: number): void {
  if (!Number.isNaN(side.since)) side.seconds += side.last - side.since;
  side.since = Number.NaN;
  if (by > 0 && side.seconds >= by) side.seconds -= by;
}

/** Any packet shows that a closed window is still closed, or opens it; a reset ends both. */
function follow(sides: Sides, packet: Packet, at: number, isZero: boolean): void {
  for (let direction = 0; direction < 2; direction++) {
    const side = sides[direction]!;
    if (Number.isNaN(side.since)) continue;
    if (at > side.last) side.last = at;
    const opens = direction === packet.direction && !isZero && packet.tcpWindow > 0 && (packet.tcpFlags & FIN) === 0;
    if (!opens && (packet.tcpFlags & RST) === 0) continue;
    side.seconds += side.last - side.since;
    side.since = Number.NaN;
  }
}
