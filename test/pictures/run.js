// npm run pictures: the pictures of README, taken from the built program in a scene of namespaces (root, Linux). It takes two
// minutes. What it writes is to be looked at before it is committed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPlayedScreen } from './played-screen.js';
import { enterNamespaces, openScene } from './scene.js';
import { cellsOf, svgOf } from './svg.js';

const FOLDER = path.join(import.meta.dirname, '../../man/pictures');
const MOST_BYTES = 60_000;
const INSIDE = '--inside';
/** As long as the graphs reach back. */
const HISTORY_MS = 62_000;

const ENTER = '\r';
const END = '\x1b[F';
const RIGHT = '\x1b[C';
const TAB = '\t';
const FILTER = 'dns or tls.handshake.type == 1';

/** In the order in which they are taken, of one run. A step types keys, or waits until the screen shows something. */
const PICTURES = [
  {
    name: 'dashboard',
    size: [120, 40],
    steps: ['1', /^ Dashboard/m],
    title: 'netwatch watch: the dashboard',
    description:
      'Interfaces with rates, the bandwidth of the last minute as a graph, the busiest connections with their processes, the health of the gateway and the name server with the latency of the last probes, and findings.',
  },
  {
    name: 'connections',
    size: [100, 30],
    steps: ['2', /^ Connections/m, 'v', /[▾▸]/],
    title: 'netwatch watch: connections in groups',
    description:
      'Connections grouped by process: each group has its totals, and can be folded. Below is what is known of the selected row.',
  },
  {
    name: 'packets',
    size: [120, 40],
    steps: [
      '4',
      /^ Packets/m,
      '/',
      FILTER,
      ENTER,
      /^ Packets (?!.*searching).*filter:/m,
      END,
      TAB,
      RIGHT,
      /Record Layer|Transaction ID/,
    ],
    title: 'netwatch watch: packets',
    description:
      'A list of captured packets under a display filter, the layers of the selected one as a tree, and its bytes, those of the selected layer marked.',
  },
  {
    name: 'stats',
    size: [120, 40],
    steps: ['5', /^ Stats/m],
    title: 'netwatch watch: statistics',
    description:
      'The hierarchy of protocols with bars, the histogram of TCP handshakes, DNS queries with their latency, HTTP requests and TLS sessions.',
  },
  {
    name: 'topology',
    size: [100, 30],
    steps: ['6', /^ Topology/m],
    title: 'netwatch watch: the topology',
    description:
      'This machine in the middle of a diagram of three columns: its gateway and name server with their health, and the remote hosts with the number of connections.',
  },
  {
    name: 'timeline',
    size: [100, 30],
    steps: ['7', 't', 't', 't', 't', /^ Timeline last 1 min/m],
    title: 'netwatch watch: the timeline',
    description: 'Connections of the last minutes as bars over time, in the colours of their states.',
  },
  {
    name: 'insights',
    size: [100, 30],
    steps: ['8', /^ Insights .*rules alone/m],
    title: 'netwatch watch: findings',
    description: 'What the rules found, by severity, with the evidence and the advice of the selected finding.',
  },
];

async function takeAll(wanted) {
  // what is late on a busy machine would be round trips in the pictures
  os.setPriority(-15);
  await openScene();
  const screen = await openPlayedScreen('/mnt', PICTURES[0].size, []);
  await screen.until(/firefox/);
  await sleep(HISTORY_MS);
  for (const { name, size, steps, title, description } of PICTURES) {
    await screen.resize(...size);
    for (const step of steps) await (typeof step === 'string' ? screen.type(step) : screen.until(step));
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const svg = svgOf(cellsOf(screen.terminal), title, description);
    const file = path.join(FOLDER, `${name}.svg`);
    if (Buffer.byteLength(svg) > MOST_BYTES)
      throw new Error(`${file} has ${Buffer.byteLength(svg)} bytes, more than ${MOST_BYTES}`);
    fs.writeFileSync(file, svg);
    process.stdout.write(`${path.relative(process.cwd(), file)}: ${Buffer.byteLength(svg)} bytes\n`);
  }
  await screen.close();
}

const words = process.argv.slice(2);
if (words[0] === INSIDE) {
  await takeAll(words.slice(1));
  // the first process of its namespace: with it the scene ends
  process.exit();
} else if (process.platform !== 'linux' || process.getuid() !== 0) {
  process.stderr.write('pictures: needs Linux and root, for namespaces and a TAP device\n');
  process.exitCode = 77;
} else {
  fs.mkdirSync(FOLDER, { recursive: true });
  enterNamespaces(fileURLToPath(import.meta.url), [INSIDE, ...words]).once('exit', (status) => {
    process.exitCode = status ?? 70;
  });
}
