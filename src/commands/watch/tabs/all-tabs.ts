import type { Tab } from '../model/tab.ts';
import { connections } from './connections.ts';
import { dashboard } from './dashboard.ts';
import { interfaces } from './interfaces.ts';
import { packets } from './packets.ts';

/** Every tab, in the order of their digits. To add one, write its file and add a line here. */
export const TABS: readonly Tab[] = [dashboard, connections, interfaces, packets];
