/** Where a process stands among the control groups (cgroups(7)). */
export interface ControlGroup {
  readonly path: string | null;
  /** Container id, or name where the container manager puts a name in the path. */
  readonly container: string | null;
}

const LINE = /^\d+:([^:]*):(\/.*)$/;

/**
 * How container managers name a group, as the last folder that is theirs: Docker, containerd and CRI-O (Kubernetes),
 * Podman, LXC and systemd-nspawn.
 */
const CONTAINERS: readonly RegExp[] = [
  /\/(?:docker-|cri-containerd-|crio-|libpod-)?([0-9a-f]{64})(?:\.scope)?(?:\/|$)/,
  /\/lxc(?:\.payload[/.]|\/)([^/]+)/,
  /\/machine-([^/]+)\.scope(?:\/|$)/,
  /\/systemd-nspawn@([^/]+)\.service(?:\/|$)/,
];

/** systemd also puts virtual machines under machine.slice. */
const VIRTUAL_MACHINE = /^(?:qemu|libvirt|lxc)-/;

/**
 * /proc/PID/cgroup: the cgroup v2 path, or where a process is only grouped by version 1, the first path that says
 * something. A last line without a newline is cut short and not read.
 */
export function parseCgroup(text: string): ControlGroup {
  let unified: string | null = null;
  let grouped: string | null = null;
  let container: string | null = null;
  for (const line of text.split('\n').slice(0, -1)) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const path = match[2]!;
    if (line.startsWith('0::')) unified = path;
    if (path !== '/') grouped ??= path;
    container ??= containerOf(path);
  }
  return { path: unified === null || unified === '/' ? (grouped ?? unified) : unified, container };
}

function containerOf(path: string): string | null {
  for (const pattern of CONTAINERS) {
    const name = pattern.exec(path)?.[1];
    if (name === undefined) continue;
    const plain = unescapeUnit(name);
    if (!VIRTUAL_MACHINE.test(plain)) return plain;
  }
  return null;
}

/** systemd writes `-` as `\x2d` inside a unit name (systemd.unit(5)). */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
