import { spawn } from 'node:child_process';
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { DeviceCounts, Sensor, SensorEvents, Tool } from '../../core/system/sensor.ts';
import { findProgram } from './engines.ts';
import type { SensorOrder } from './messages.ts';
import { exitFailure, exitOf, InterfaceGone, sourceOf, watchCapture } from './open-sensor.ts';
import { argumentsOf, setprivArguments } from './tool-arguments.ts';
import { countsOf, failureOf, filterError, hasBegun, saysGone, wordsOf } from './tool-talk.ts';

const ENV = { PATH: '/usr/bin:/usr/sbin:/bin:/sbin', LANG: 'C' };
const CHECK_MS = 5000;
/** A filter of many words is a long program. */
const LONGEST_CHECK = 2 ** 24;
/** The end of what a tool says is kept, because its counts are there. */
const LONGEST_TALK = 65_536;

/**
 * Like openSensor into a pipe, with a tool instead of the sensor; `install` is the command that installs the tool. Its
 * counts come when it has ended. Started by root, it runs as `user` from its first instruction, with CAP_NET_RAW alone;
 * it has no Landlock, so --sandbox strict is refused (77).
 */
export async function openTool(
  order: SensorOrder,
  tool: Tool,
  install: string | null,
  clock: Clock,
  events: SensorEvents,
): Promise<Sensor> {
  const { devices, bpf, sandbox } = order;
  const file = findProgram(tool);
  if (file === null) throw new Failure(EXIT.unavailable, `${tool} is not installed`, { hint: install });
  if (tool === 'tcpdump' && devices.length > 1) {
    throw usageError('tcpdump captures from one interface', { hint: '--engine dumpcap' });
  }
  if (sandbox === 'strict') {
    throw new Failure(EXIT.noPermission, `--sandbox strict: ${tool} does not confine itself by Landlock`, {
      hint: '--engine pcap',
    });
  }
  await checkFilter(bpf);
  // not execa, which is for tools that end: this one's output is a stream of packets, read as far as they are wanted
  const child = spawn(...commandOf(file, argumentsOf(tool, order), order), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ENV,
    detached: true, // Ctrl-C goes to the whole group, and who started this one decides when it ends
  });
  const stop = (): void => {
    child.kill('SIGINT');
    child.kill('SIGCONT');
  };
  child.on('error', () => {}); // who may not be told to stop ends with its pipe
  let text = '';
  child.stderr.setEncoding('latin1').on('data', (chunk: string) => {
    text = (text + chunk).slice(-LONGEST_TALK);
  });
  const said = (): string => text;
  const exit = exitOf(child);
  const begun = new Promise<boolean>((resolve) => {
    child.stderr.on('data', () => hasBegun(tool, said()) && resolve(true));
    void exit.then(() => resolve(false));
  });
  if (!(await begun)) throw failureOf(tool, said(), order);

  let gone: string | null = null;
  const watch = watchCapture(order.system, devices, child.pid!, clock, {
    ...events,
    changed(device, change) {
      if (change.change !== 'gone') return events.changed(device, change);
      gone = device;
      stop();
    },
  });
  let isAsked = false;
  let counts: readonly DeviceCounts[] = [];
  const ended = exit.then((status) => {
    watch.end();
    counts = countsOf(tool, said(), devices);
    if (gone !== null || saysGone(said())) throw new InterfaceGone(gone ?? devices[0]!);
    if (status.signal !== null || counts.length === 0) throw exitFailure(status, wordsOf(tool, said()));
    if (!isAsked) throw new Failure(EXIT.unavailable, `${tool} has ended: ${wordsOf(tool, said())}`);
  });
  ended.catch(() => {}); // those who await it get the error
  const ask = (): void => {
    isAsked = true;
    stop();
  };
  return {
    linkTypes: [],
    source: sourceOf(child.stdout, devices.join(','), ask),
    counts: () => counts,
    captured: () => 0,
    stop: ask,
    recount: async () => {},
    sync: async () => 0,
    refilter: null,
    lacking: [],
    follow: null,
    ended,
  };
}

/** The program and its arguments: started through setpriv if that exists; root requires it. */
function commandOf(file: string, args: string[], { system, user, sandbox }: SensorOrder): [string, string[]] {
  if (system !== 'linux') return [file, args];
  const setpriv = findProgram('setpriv');
  const becomes = sandbox === 'off' ? null : user;
  if (setpriv !== null) return [setpriv, [...setprivArguments(becomes), file, ...args]];
  if (becomes === null) return [file, args];
  throw new Failure(
    EXIT.unavailable,
    `${file} is not run as root, and setpriv, which would run it as another user, is not installed`,
    {
      hint: '--sandbox off runs it as root',
    },
  );
}

/**
 * Compiles a filter, if tcpdump is there to do it, which needs no privilege. Rejects with a Failure 64 with libpcap's
 * words.
 */
async function checkFilter(bpf: string): Promise<void> {
  const tcpdump = findProgram('tcpdump');
  if (bpf === '' || tcpdump === null) return;
  const { execa } = await import('execa');
  const { exitCode, stderr } = await execa(tcpdump, ['-d', '--', bpf], {
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: ENV,
    encoding: 'latin1',
    timeout: CHECK_MS,
    maxBuffer: LONGEST_CHECK,
  });
  if (exitCode === 1) throw filterError(bpf, wordsOf('tcpdump', stderr));
}
