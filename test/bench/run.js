// npm run bench: what netwatch costs beside its peers, each pair measured in turn in this one run, so that the ratios hold
// on a noisy machine. Prints `ok` or `SHORT` against the promise of each line and exits 1 when one falls short.
// npm run bench -- sockets | ebpf | captures [KIND... | FILE] | live [FILE] | watch [PART...] runs one part.
import { benchCaptures } from './captures/bench-captures.js';
import { madeMix } from './captures/made-captures.js';
import { benchEbpf } from './ebpf.js';
import { benchLive } from './live.js';
import { benchSockets } from './sockets.js';
import { benchWatch } from './watch/bench-watch.js';

const [part, ...words] = process.argv.slice(2);
const wants = (name) => part === undefined || part === name;
if (wants('sockets')) await benchSockets();
if (wants('ebpf')) await benchEbpf();
if (wants('captures')) await benchCaptures(words);
if (wants('live')) await benchLive(words[0] ?? (await madeMix()));
if (wants('watch')) await benchWatch(part === undefined ? [] : words);
