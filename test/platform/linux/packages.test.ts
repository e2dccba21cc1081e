import { expect, test } from 'vitest';
import { installCommand } from '../../../src/platform/linux/packages.ts';
import { folderMachine } from './folder-machine.ts';

const sudo = process.getuid?.() === 0 ? '' : 'sudo ';

test.each([
  ['usr/bin/apt-get', 'apt-get install -y libpcap-dev'],
  ['usr/bin/dnf', 'dnf install -y libpcap-devel'],
  ['usr/bin/pacman', 'pacman -S --noconfirm libpcap'],
  ['sbin/apk', 'apk add libpcap-dev'],
])('%s', (program, command) => {
  expect(installCommand(folderMachine({ [program]: '' }), 'libpcap-dev')).toBe(sudo + command);
});

test('knows no command without a package manager', () => {
  expect(installCommand(folderMachine({}), 'libpcap-dev')).toBeNull();
});
