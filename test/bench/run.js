// npm run bench: what netwatch costs beside its peers, each pair measured in turn in this one run, so that the ratios hold
// on a noisy machine. Prints `ok` or `SHORT` against the promise of each line and exits 1 when one falls short.
// npm run bench -- sockets | captures [FILE] runs one half.
import { benchCaptures } from './captures.js';
import { benchSockets } from './sockets.js';

const [half, file] = process.argv.slice(2);
if (half !== 'captures') await benchSockets();
if (half !== 'sockets') await benchCaptures(file);
