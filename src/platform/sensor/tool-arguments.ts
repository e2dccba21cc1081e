import type { Tool } from '../../core/system/sensor.ts';
import type { User } from '../../core/system/user.ts';
import type { SensorOrder } from './messages.ts';

/** Below this packets are wanted as they come; both tools wait up to a second for a block of the kernel to fill. */
const SOON_MS = 50;

/**
 * The arguments that make a tool do what the sensor would do: packets to stdout, with nanoseconds where the system has
 * them.
 */
export function argumentsOf(tool: Tool, order: SensorOrder): string[] {
  const { devices, bpf, snapLength, bufferBytes, promiscuous, gatherMs, sandbox } = order;
  const promiscuity = promiscuous ? [] : ['-p'];
  if (tool === 'tcpdump') {
    return [
      ...['-i', devices[0]!, '-w', '-', '-U', '--time-stamp-precision=nano'],
      ...['-s', String(snapLength), '-B', String(Math.max(1, Math.ceil(bufferBytes / 1024))), ...promiscuity],
      ...(gatherMs <= SOON_MS ? ['--immediate-mode'] : []),
      ...(sandbox === 'off' && order.user !== null ? ['-Z', 'root'] : []),
      ...(bpf === '' ? [] : ['--', bpf]),
    ];
  }
  return [
    ...[
      '-q',
      '-n',
      '-w',
      '-',
      '-s',
      String(snapLength),
      '-B',
      String(Math.ceil(bufferBytes / 2 ** 20)),
      ...promiscuity,
    ],
    ...(bpf === '' ? [] : ['-f', bpf]),
    ...devices.flatMap((device) => ['-i', device]),
  ];
}

/**
 * The arguments of setpriv(1): the tool becomes `user` before it starts, with CAP_NET_RAW alone, and ends with the
 * process that started it. With null, only the latter.
 */
export function setprivArguments(user: User | null): string[] {
  const end = ['--pdeathsig', 'KILL'];
  if (user === null) return [...end, '--'];
  return [
    ...[`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--no-new-privs'],
    ...['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw'],
    ...[...end, '--'],
  ];
}
