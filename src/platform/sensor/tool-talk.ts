import { EXIT, Failure, usageError } from '../../core/failure.ts';
import type { DeviceCounts, Tool } from '../../core/system/sensor.ts';
import type { SensorOrder } from './messages.ts';

/** Whether the tool's messages mean that it captures: dumpcap names the interfaces before it opens them. */
export function hasBegun(tool: Tool, said: string): boolean {
  return tool === 'tcpdump' ? /^tcpdump: (?:data link type|listening on) /m.test(said) : /^File: /m.test(said);
}

/** What it says when the interface goes; dumpcap ends with status 0 then. */
export function saysGone(said: string): boolean {
  return /interface disappeared|no longer attached/.test(said);
}

/** Why a tool did not begin, as the sensor would say it. */
export function failureOf(tool: Tool, said: string, { devices, bpf, grant }: SensorOrder): Failure {
  const words = wordsOf(tool, said);
  const device = devices.find((name) => said.includes(`"${name}"`)) ?? devices[0]!;
  const refused = /isn't a valid capture filter \(([^\n]*)\)\.?$/m.exec(said)?.[1];
  if (refused !== undefined) return filterError(bpf, refused);
  if (/permission|not permitted/i.test(said)) {
    const reason = /\((\w+: [^)]*not permitted)\)/.exec(said)?.[1] ?? words;
    return new Failure(EXIT.noPermission, `capturing on ${device} needs CAP_NET_RAW: ${reason}`, { hint: grant });
  }
  if (/no such device|no device named/i.test(said)) {
    return new Failure(EXIT.noInput, `no interface "${device}"`, { hint: 'netwatch ifaces' });
  }
  return new Failure(EXIT.unavailable, `${device} cannot be captured from: ${words}`);
}

/** A filter that libpcap refuses. */
export function filterError(bpf: string, words: string): Failure {
  return usageError(`--bpf "${bpf}": ${words}`, { hint: 'man 7 pcap-filter' });
}

/** The first of its lines that is a complaint of its own, without its name. */
export function wordsOf(tool: Tool, said: string): string {
  const own = said.split('\n').find((line) => line.startsWith(`${tool}: `));
  return (own ?? said.trim().split('\n').at(-1)!).replace(`${tool}: `, '').trim();
}

/**
 * What it counted, according to its last lines; empty while it has not said. dumpcap also names interfaces by their
 * description.
 */
export function countsOf(tool: Tool, said: string, devices: readonly string[]): DeviceCounts[] {
  const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? 0);
  if (tool === 'tcpdump') {
    if (!/^\d+ packets? received by filter$/m.test(said)) return [];
    return [
      {
        device: devices[0]!,
        captured: number(/^(\d+) packets? captured$/m),
        received: number(/^(\d+) packets? received by filter$/m),
        droppedByKernel: number(/^(\d+) packets? dropped by kernel$/m),
        droppedByInterface: number(/^(\d+) packets? dropped by interface$/m),
        left: null,
      },
    ];
  }
  const lines = said.matchAll(
    /^Packets received\/dropped on interface '.*': (\d+)\/\d+ \(pcap:(\d+)\/dumpcap:(\d+)\/flushed:(\d+)\/ps_ifdrop:(\d+)\)/gm,
  );
  return [...lines].slice(0, devices.length).map(([, received, pcap, dumpcap, flushed, interfaces], index) => ({
    device: devices[index]!,
    captured: Number(received),
    received: Number(received),
    droppedByKernel: Number(pcap) + Number(dumpcap) + Number(flushed),
    droppedByInterface: Number(interfaces),
    left: null,
  }));
}
