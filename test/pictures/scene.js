// A machine with an internet of its own, both of them namespaces: what it is called, whom it talks to and how far away
// they are is the same each time, and every address is one for documentation (RFC 5737, 3849 and 7042).
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const HERE = import.meta.dirname;
/** A file system in memory, mounted in this mount namespace alone. */
const FOLDER = '/mnt';

const USERS = { root: 0, www: 33, postgres: 70, ann: 1000 };
/** Who runs which program of programs.js. */
const PROGRAMS = {
  sshd: 'root',
  nginx: 'www',
  postgres: 'postgres',
  webapp: 'www',
  firefox: 'ann',
  thunderbird: 'ann',
  ssh: 'ann',
  curl: 'ann',
  restic: 'root',
};
const SERVERS = [
  ...['192.0.2.1/24', '192.0.2.53/32', '198.51.100.20/32', '198.51.100.21/32', '198.51.100.22/32'],
  ...['198.51.100.77/32', '198.51.100.143/32', '203.0.113.7/32', '203.0.113.50/32', '203.0.113.80/32'],
  ...['2001:db8:2::1/64', '2001:db8:5::9/128'],
];

/** The namespaces in which `node FILE ...ARGS` has the machine of the scene to itself; they end with it. */
export function enterNamespaces(file, args) {
  const own = ['--mount', '--net', '--uts', '--cgroup', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return spawn('unshare', [...own, process.execPath, file, ...args], { stdio: 'inherit' });
}

/** Builds it, in the namespaces; resolves when all of it is there. */
export async function openScene() {
  run('mount', '-t', 'tmpfs', 'tmpfs', FOLDER);
  run('hostname', 'laptop');
  replace('/etc/resolv.conf', 'nameserver 192.0.2.53\n');
  replace('/etc/hosts', '127.0.0.1 localhost\n127.0.1.1 laptop\n');
  const passwd = Object.entries(USERS).map(([name, uid]) => `${name}:x:${uid}:${uid}::/:/bin/sh\n`);
  replace('/etc/passwd', `${passwd.join('')}nobody:x:65534:65534::/:/bin/false\n`);
  await started(process.execPath, [path.join(HERE, 'router.js')]);
  const internet = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  await becomes(internet.pid, 'sleep');
  const inside = ['--target', String(internet.pid), '--net'];
  const far = (...args) => run('nsenter', ...inside, 'ip', ...args);
  ip('link', 'set', 'wan', 'netns', String(internet.pid));
  far('link', 'set', 'lo', 'up');
  far('link', 'set', 'wan', 'address', '00:00:5e:00:53:01', 'up');
  for (const addr of SERVERS) far('addr', 'add', addr, 'dev', 'wan', ...(addr.includes(':') ? ['nodad'] : []));
  // as distributions have it: everybody may ping
  fs.writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 2147483647');
  // for a web server that is not root
  fs.writeFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', '80');
  ip('link', 'set', 'lo', 'up');
  ip('link', 'set', 'eth0', 'address', '00:00:5e:00:53:10', 'up');
  // a TAP device does not know whether there is somebody
  ip('link', 'set', 'eth0', 'state', 'up');
  ip('addr', 'add', '192.0.2.10/24', 'dev', 'eth0');
  ip('addr', 'add', '2001:db8:2::10/64', 'dev', 'eth0', 'nodad');
  ip('route', 'add', 'default', 'via', '192.0.2.1');
  ip('-6', 'route', 'add', 'default', 'via', '2001:db8:2::1');
  const [certificate, key] = [path.join(FOLDER, 'example.pem'), path.join(FOLDER, 'example.key')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90'];
  run('openssl', ...made, '-subj', '/CN=www.example.org', '-keyout', key, '-out', certificate);
  await started('nsenter', [...inside, process.execPath, path.join(HERE, 'internet.js'), certificate, key]);
  for (const [name, user] of Object.entries(PROGRAMS)) {
    // the name of a program is that of its file
    const file = path.join(FOLDER, name);
    fs.writeFileSync(file, '', { mode: 0o755 });
    run('mount', '--bind', process.execPath, file);
    const id = USERS[user];
    spawn(file, [path.join(HERE, 'programs.js'), name], { stdio: 'ignore', uid: id, gid: id });
  }
}

const run = (file, ...args) => execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
const ip = (...args) => run('ip', ...args);

/** Puts a text in the place of a file, for this mount namespace. */
function replace(file, text) {
  const own = path.join(FOLDER, path.basename(file));
  fs.writeFileSync(own, text, { mode: 0o644 });
  run('mount', '--bind', own, file);
}

/** Starts a program that says when it is ready. */
function started(file, args) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended`)));
  });
}

async function becomes(pid, name) {
  while (fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== name)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
