// Makes a checkout ready to run, in steps that are skipped when they are done: the libpcap headers and a compiler for
// live capture, the packages of package-lock.json, the build. What takes time says so on stderr; stdout is netwatch's.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How each package manager installs what pcap is built with; `refresh` fetches its lists when they are missing or old. */
const PACKAGE_MANAGERS = [
  { refresh: 'apt-get update', install: 'apt-get install -y --no-install-recommends libpcap-dev g++ make python3' },
  { refresh: 'dnf makecache', install: 'dnf install -y libpcap-devel gcc-c++ make python3' },
  { refresh: 'pacman -Sy', install: 'pacman -S --needed --noconfirm libpcap gcc make python' },
  { refresh: 'apk update', install: 'apk add libpcap-dev g++ make python3' },
  { refresh: 'brew update', install: 'brew install libpcap' },
];
const NPM_OPTIONS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

const CAPTURE_NEEDS = 'live capture needs the libpcap headers, a C++ compiler, make and python3';

const LOCK = '.setup-lock';
/** The owner of the lock touches it every second. */
const STALE_LOCK_MS = 10_000;
/** Says why pcap is missing, so that an attempt that failed is repeated only when something has changed. */
const PCAP_ATTEMPT = 'node_modules/.pcap-attempt';
const NODE_ABI = process.versions.modules;

process.chdir(path.dirname(fileURLToPath(import.meta.url)));
checkNode();
const { build, codeIsKept, distIsCurrent, keepCode } = await import('./build.js');
/** The command that runs now, and the signal that ended it. */
let child = null;
let interruptedBy = null;
try {
  if (!isReady()) await setUp();
} catch (error) {
  if (interruptedBy === null) say(error.message);
  process.exitCode = 1;
}
if (interruptedBy !== null) process.kill(process.pid, interruptedBy);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`node ${process.versions.node} is too old: 20.19 or newer is needed`);
  process.exit(1);
}

function isReady() {
  return packagesMatchLock() && captureIsSettled() && distIsCurrent() && codeIsKept();
}

async function setUp() {
  if (!isWritable('.')) return settleForReadOnly();
  await lock();
  const stopListening = listenForSignals();
  try {
    if (!captureIsSettled() && !canBuildPcap()) await installHeaders();
    if (!packagesMatchLock()) await installPackages();
    else if (!captureIsSettled() && canBuildPcap()) await addPcap();
    if (!captureIsSettled()) recordPcapAttempt();
    if (!distIsCurrent()) await buildProgram();
    // the node may be another than the one that built it
    else if (!codeIsKept()) await keepCode();
    await giveToOwner();
  } finally {
    unlock();
    stopListening();
  }
}

/** npm goes on writing for a moment after Ctrl-C: the lock is held until it has ended. */
function listenForSignals() {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const note = (signal) => {
    interruptedBy = signal;
    child?.kill(signal);
  };
  for (const signal of signals) process.on(signal, note);
  return () => {
    for (const signal of signals) process.off(signal, note);
  };
}

/** Whoever may not write here runs what is here; what it lacks only the owner can add. */
function settleForReadOnly() {
  if (packagesMatchLock() && distIsCurrent()) return;
  const problem = `${process.cwd()} has changed since it was set up and is read-only for this user: run npm start as its owner`;
  if (!fs.existsSync('dist/main.cjs')) throw new Error(problem);
  say(problem);
}

/** Compares npm's own record of what it installed. Packages for other platforms are optional and absent. */
function packagesMatchLock() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([place, { version, optional }]) =>
      place === '' || installed[place]?.version === version || (optional && !installed[place]),
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

async function installPackages() {
  say('installing packages: npm ci');
  if (!(await run('npm', ['ci', ...NPM_OPTIONS]))) throw new Error('npm ci failed');
}

async function buildProgram() {
  say('building');
  await build().catch((error) => {
    throw new Error(`the build failed: ${error.message.split('\n')[0]}`);
  });
}

function captureIsSettled() {
  return pcapIsBuilt() || readIfAny(PCAP_ATTEMPT) === pcapAttempt();
}

function pcapIsBuilt() {
  const config = readIfAny('node_modules/pcap/build/config.gypi');
  return (
    config?.includes(`"node_module_version": ${NODE_ABI}`) &&
    fs.existsSync('node_modules/pcap/build/Release/pcap_binding.node')
  );
}

function pcapAttempt() {
  return `node ABI ${NODE_ABI}, ${canBuildPcap() ? 'the build failed' : 'no headers or compiler'}\n`;
}

/** Asks the compiler itself, which knows where headers are. */
function canBuildPcap() {
  if (!isOnPath('make') || !isOnPath('python3')) return false;
  const compiler = process.env.CXX ?? 'c++';
  return (
    spawnSync(compiler, ['-E', '-x', 'c++', '-'], {
      input: '#include <pcap/pcap.h>\n',
      stdio: ['pipe', 'ignore', 'ignore'],
    }).status === 0
  );
}

async function installHeaders() {
  const manager = PACKAGE_MANAGERS.find(({ install }) => isOnPath(install.split(' ')[0]));
  if (manager === undefined) return say(`${CAPTURE_NEEDS}; all else works without`);
  const { install, refresh } = manager;
  const asRoot = !install.startsWith('brew');
  if (asRoot === isRoot()) {
    say(install);
    if (await runLine(install, 'ignore')) return;
    await runLine(refresh);
    if (await runLine(install)) return;
  }
  say(`${CAPTURE_NEEDS}; all else works without. Run once: ${asRoot ? 'sudo ' : ''}${install}`);
}

/** Adds pcap to packages that are there already; whatever happens, they stay usable. */
async function addPcap() {
  say('building pcap');
  const args = fs.existsSync('node_modules/pcap') ? ['rebuild', 'pcap'] : ['install', '--no-save', '--fetch-retries=0'];
  await run('npm', [...args, ...NPM_OPTIONS]);
}

/** Says what npm keeps quiet about an optional package, and remembers it where this user may. */
function recordPcapAttempt() {
  if (canBuildPcap()) {
    say('pcap did not build, so live capture is off. To see why: npm install --no-save --foreground-scripts pcap');
  }
  try {
    fs.writeFileSync(PCAP_ATTEMPT, pcapAttempt());
  } catch {}
}

async function lock() {
  for (let waits = 0; !tryLock(); waits++) {
    if (waits === 0) say(`another set-up is running (${LOCK}): waiting`);
    await sleep(100);
  }
  setInterval(() => fs.utimes(LOCK, new Date(), new Date(), () => {}), 1000).unref();
}

function tryLock() {
  try {
    fs.mkdirSync(LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const { mtimeMs } = fs.statSync(LOCK, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs > STALE_LOCK_MS) unlock();
  return false;
}

function unlock() {
  fs.rmSync(LOCK, { recursive: true, force: true });
}

/** After sudo npm start, what was made belongs to the owner of the checkout, who could not renew it otherwise. */
async function giveToOwner() {
  const { uid, gid } = fs.statSync('.');
  if (isRoot() && uid !== 0) await run('chown', ['-hR', `${uid}:${gid}`, 'node_modules', 'dist']);
}

function runLine(line, output) {
  const [file, ...args] = line.split(' ');
  return run(file, args, output);
}

/** True when the command ends with 0. Its output goes to stderr. */
function run(file, args, output = 2) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', ...nodeHeaders(), ...process.env };
  return new Promise((resolve, reject) => {
    child = spawn(file, args, { env, stdio: ['ignore', output, output] });
    child.on('error', (error) => {
      say(error.message);
      resolve(false);
    });
    child.on('close', (status) => (interruptedBy === null ? resolve(status === 0) : reject(new Error('interrupted'))));
  });
}

/** Where node came with its headers, node-gyp need not download them. */
function nodeHeaders() {
  const prefix = path.resolve(process.execPath, '../..');
  return fs.existsSync(path.join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}

function isOnPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder !== '' && fs.existsSync(path.join(folder, name)));
}

function isRoot() {
  return process.getuid() === 0;
}

function isWritable(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readIfAny(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function say(message) {
  process.stderr.write(`netwatch set-up: ${message}\n`);
}
