import { expect, test } from 'vitest';
import { parseCgroup } from '../../../src/platform/linux/proc-pid-cgroup.ts';

const ID = '4f5c0c1d9a3b7e8f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7';

test.each([
  ['0::/user.slice/user-1000.slice/session-3.scope\n', '/user.slice/user-1000.slice/session-3.scope'],
  ['0::/\n', '/'],
  ['', null],
  ['0::/system.slice/ssh.serv', null], // cut short
  ['garbage\n0:nothing\n', null],
  ['12:memory:/\n1:name=systemd:/user.slice\n0::/\n', '/user.slice'],
  ['12:memory:/a\n1:name=systemd:/b\n', '/a'],
  ['12:memory:/a\n0::/c\n', '/c'],
  ['0::/odd:name/x\n', '/odd:name/x'],
])('the path in %j', (text, path) => {
  expect(parseCgroup(text)).toEqual({ path, container: null });
});

test.each([
  ['Docker by systemd', `0::/system.slice/docker-${ID}.scope`, ID],
  ['Docker by folders', `0::/docker/${ID}`, ID],
  ['Docker in cgroup v1', `5:cpuset:/docker/${ID}\n0::/`, ID],
  [
    'containerd in Kubernetes',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3f.slice/cri-containerd-${ID}.scope`,
    ID,
  ],
  ['CRI-O', `0::/kubepods.slice/kubepods-pod3f.slice/crio-${ID}.scope`, ID],
  ['CRI-O, inner group', `0::/kubepods.slice/kubepods-pod3f.slice/crio-${ID}.scope/container`, ID],
  ['Kubernetes by folders', `0::/kubepods/besteffort/pod3f/${ID}`, ID],
  ['Podman', `0::/machine.slice/libpod-${ID}.scope/container`, ID],
  ['Podman without root', `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, ID],
  ['seen from a neighbour', `0::/../docker-${ID}.scope`, ID],
  ['LXC', '0::/lxc.payload.web1/system.slice/nginx.service', 'web1'],
  ['LXC 3', '0::/lxc/web1', 'web1'],
  ['systemd-nspawn', '0::/machine.slice/machine-web\\x2d1.scope/payload', 'web-1'],
  ['systemd-nspawn as a service', '0::/machine.slice/systemd-nspawn@web1.service/payload', 'web1'],
  ['a virtual machine', '0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope', null],
  ['the monitor of Podman', `0::/machine.slice/libpod-conmon-${ID}.scope`, null],
  ['a service of that name', '0::/system.slice/docker.service', null],
  ['the monitor of LXC', '0::/lxc.monitor.web1', null],
])('the container of %s', (_, line, container) => {
  expect(parseCgroup(`${line}\n`).container).toBe(container);
});

test('a cut names no other container', () => {
  const text = `12:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}\n0::/\n`;
  for (let end = 0; end <= text.length; end++) expect([ID, null]).toContain(parseCgroup(text.slice(0, end)).container);
});
