import type { Host } from '../../core/system/host.ts';
import { isPresent } from './file-presence.ts';

interface PackageManager {
  readonly program: string;
  readonly install: string;
  /** Names that differ from those of Debian. */
  readonly renamed: Readonly<Record<string, string>>;
}

const MANAGERS: readonly PackageManager[] = [
  { program: '/usr/bin/apt-get', install: 'apt-get install -y', renamed: {} },
  {
    program: '/usr/bin/dnf',
    install: 'dnf install -y',
    renamed: { 'libpcap-dev': 'libpcap-devel', 'wireshark-common': 'wireshark-cli' },
  },
  {
    program: '/usr/bin/pacman',
    install: 'pacman -S --noconfirm',
    renamed: { 'libpcap-dev': 'libpcap', 'wireshark-common': 'wireshark-cli' },
  },
  { program: '/sbin/apk', install: 'apk add', renamed: {} },
];

/** The command that installs a package, given by its Debian name; null on a system whose package manager is unknown. */
export function installCommand(host: Host, debianName: string): string | null {
  const manager = MANAGERS.find(({ program }) => isPresent(host, program));
  return manager === undefined ? null : asRoot(`${manager.install} ${manager.renamed[debianName] ?? debianName}`);
}

/** The command as this user must type it. */
export function asRoot(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`;
}
