import { userInfo } from 'node:os';
import { EXIT, usageError } from '../../core/failure.ts';
import { calendarEvents } from '../../core/health/cron-fields.ts';
import { compileSchedule } from '../../core/health/cron-schedule.ts';
import { parseTarget } from '../../core/health/target.ts';
import { shellWord } from '../../core/output/shell-word.ts';
import type { Context } from '../context/context.ts';
import type { UnitsRequest } from './probe-request.ts';

/** Prints what starts this run on schedule: a line of crontab(5), or systemd units. Resolves with the exit status. */
export async function printProbeUnits(
  context: Context,
  { of, schedule, words: typed, targets, folders }: UnitsRequest,
): Promise<number> {
  for (const word of targets) if (word !== 'gateway' && word !== 'dns') parseTarget(word);
  if (schedule !== null) await compileSchedule(schedule, context.clock.now());
  const events = schedule === null ? null : calendarEvents(schedule);
  const words = [...context.program, ...typed];
  const text = of === 'cron' ? `${schedule} ${cronCommand(words)}\n` : systemdUnits(words, events, folders);
  await context.stdout.write(text);
  await context.stdout.flush();
  return EXIT.ok;
}

/**
 * A command for any POSIX shell that runs the words and prints what they print, on stdout and stderr, only when they
 * fail; the exit status is theirs. cron mails what is printed. Before the shell sees the line, cron replaces % with a
 * line feed (crontab(5)), so each has a backslash.
 */
export function cronCommand(words: readonly string[]): string {
  const control = words.find((word) => /\p{Cc}/u.test(word));
  if (control !== undefined) throw usageError(`a crontab line cannot hold "${control}"`);
  const command = words.map(shellWord).join(' ');
  const line = `out=$(${command} 2>&1) || { rc=$?; printf '%s\\n' "\${out:-exit status $rc}"; exit $rc; }`;
  return line.replaceAll('%', '\\%');
}

/** Words as systemd.service(5) reads them: C escapes within quotes, % and $ doubled. */
export function systemdCommand(words: readonly string[]): string {
  return words.map((word) => systemdWord(word).replaceAll('%', '%%').replaceAll('$', '$$$$')).join(' ');
}

function systemdWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const escaped = word
    .replace(/[\\"]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}

const STATE = '/var/lib/netwatch';

/**
 * A service, and a timer if there is a schedule, confined like systemd/netwatch-capture.service. It runs as its own
 * user that may send ICMP, unless it writes outside /var/lib/netwatch or the program is in somebody's home.
 */
function systemdUnits(words: readonly string[], events: readonly string[] | null, folders: readonly string[]): string {
  const isState = (folder: string): boolean => folder === STATE || folder.startsWith(`${STATE}/`);
  const isPrivate = (name: string): boolean => /^\/(?:home|root|run\/user)(?:\/|$)/.test(name);
  const others = folders.filter((folder) => !isState(folder));
  const seesHome = [...words.slice(0, 2), ...folders].some(isPrivate);
  const seesTemporary = [...words.slice(0, 2), ...folders].some((name) => /^\/(?:var\/)?tmp(?:\/|$)/.test(name));
  const user = others.length > 0 || seesHome ? `User=${userInfo().username}` : 'DynamicUser=yes';
  const service = [
    '# /etc/systemd/system/netwatch-probe.service',
    '[Unit]',
    'Description=netwatch probe',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    // a run that is told to end is no failure
    ...(events === null ? ['Type=exec', 'Restart=on-failure', 'SuccessExitStatus=143'] : ['Type=oneshot']),
    `ExecStart=${systemdCommand(words)}`,
    user,
    ...(folders.some(isState) ? ['StateDirectory=netwatch', 'StateDirectoryMode=0700'] : []),
    ...(others.length > 0 ? [`ReadWritePaths=${systemdCommand(others)}`] : []),
    'UMask=0077',
    'AmbientCapabilities=CAP_NET_RAW',
    'CapabilityBoundingSet=CAP_NET_RAW',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    `ProtectHome=${seesHome ? 'read-only' : 'yes'}`,
    `PrivateTmp=${seesTemporary ? 'no' : 'yes'}`,
    'PrivateDevices=yes',
    'ProtectProc=invisible',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'RemoveIPC=yes',
    'SystemCallArchitectures=native',
    'SystemCallErrorNumber=EPERM',
    'SystemCallFilter=@system-service @pkey',
    'SystemCallFilter=~@privileged @resources',
    'MemoryMax=512M',
    '# no MemoryDenyWriteExecute: V8 writes the code it runs',
    ...(events === null ? ['', '[Install]', 'WantedBy=multi-user.target'] : []),
    '',
  ];
  if (events === null) return service.join('\n');
  const timer = [
    '# /etc/systemd/system/netwatch-probe.timer',
    '[Unit]',
    'Description=netwatch probe on schedule',
    '',
    '[Timer]',
    ...events.map((event) => `OnCalendar=${event}`),
    'AccuracySec=1s',
    '# rounds missed while the machine was off are not made up later',
    'Persistent=no',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ];
  return [...service, ...timer].join('\n');
}
