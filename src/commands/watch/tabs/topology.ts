import type { ConnSummaryRow } from '../../../core/record/tables/conn-summary.ts';
import { blank, piece } from '../../../core/screen/cells.ts';
import { step } from '../model/action.ts';
import { filteredConnections } from '../model/filtered-connections.ts';
import { notify } from '../model/notices.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { BOX, edge } from '../views/boxes.ts';
import { CONNECTIONS } from './connections.ts';
import { infrastructureBoxes, machineBox, remoteBoxes } from './topology-boxes.ts';
import { REMOTES, remotesOf, summing } from './topology-remotes.ts';

/** How the columns share a width: three of boxes, with edges between them. */
interface Columns {
  readonly left: number;
  readonly edge: number;
  readonly centre: number;
  readonly right: number;
}

/** Narrower than this there is no room for the infrastructure. */
const LEAST_FOR_ALL = 48;

function columnsOf(width: number): Columns {
  const left = width < LEAST_FOR_ALL ? 0 : Math.max(14, Math.min(28, Math.floor(width * 0.26)));
  const centre = Math.max(16, Math.min(30, Math.floor(width * 0.28)));
  const right = Math.max(18, Math.min(43, Math.floor(width * 0.32)));
  return { left, centre, right, edge: Math.max(0, Math.min(16, Math.floor((width - left - centre - right) / 2))) };
}

export const topology: Tab = {
  name: 'topology',
  title: 'topology',
  shortTitle: 'topologyShort',
  lists: [REMOTES],
  headline(model) {
    const { texts } = model.settings;
    const remotes = remotesOf(model.machine) as unknown as readonly ConnSummaryRow[];
    return [
      piece(`  ${texts.remotes} `, 'faint'),
      piece(String(remotes.length)),
      piece(`  ${texts.connectionsCounted} `, 'faint'),
      piece(String(remotes.reduce((sum, { conns }) => sum + conns, 0))),
    ];
  },
  view(model, width, height) {
    const columns = columnsOf(width);
    const left = infrastructureBoxes(model, columns.left, height);
    const right = remoteBoxes(model, columns.right, height);
    const centre = machineBox(model, columns.centre, height);
    const used = columns.left + columns.centre + columns.right + 2 * columns.edge;
    return Array.from({ length: height }, (_, row) => {
      const near = left.labels.get(row);
      const far = right.labels.get(row);
      return (
        left.lines[row]! +
        edge(model.settings.theme, near ?? null, columns.edge) +
        centre[row]! +
        edge(model.settings.theme, far ?? null, columns.edge) +
        right.lines[row]! +
        blank(width - used)
      );
    });
  },

  *preparing({ machine }) {
    yield* summing(machine);
  },

  place(_list, _model, width, height) {
    const { left, centre, right, edge: gap } = columnsOf(width);
    const rows = Math.max(1, Math.floor(height / BOX));
    return { row: 0, column: left + centre + 2 * gap, width: right, height: rows, pitch: BOX, hasHeadings: false };
  },
  keys: [
    {
      keys: ['enter'],
      shown: 'Enter',
      label: 'keyToConnections',
      help: 'helpToConnections',
      footer: 1,
      act(model) {
        const row = selectedRow(model, REMOTES);
        if (row === null) return step(notify(model, 'noticeNothingSelected', {}, true));
        return step(filteredConnections(model, CONNECTIONS, String(row.key)));
      },
    },
  ],
};
