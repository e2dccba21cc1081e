import type { Tab } from '../model/tab.ts';
import { connections } from './connections.ts';
import { dashboard } from './dashboard.ts';
import { insights } from './insights.ts';
import { interfaces } from './interfaces.ts';
import { packets } from './packets.ts';
import { stats } from './stats.ts';
import { timeline } from './timeline.ts';
import { topology } from './topology.ts';

/** Every tab, in the order of their digits. To add one, write its file and add a line here. */
export const TABS: readonly Tab[] = [dashboard, connections, interfaces, packets, stats, topology, timeline, insights];
