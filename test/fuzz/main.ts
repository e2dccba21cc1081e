import { loadCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { TARGETS } from './targets.ts';

await fuzz(TARGETS, import.meta.url, loadCorpus);
