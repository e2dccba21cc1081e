import type { MouseInput } from '../../../core/screen/input.ts';
import { type Step, step } from '../model/action.ts';
import type { Model } from '../model/model.ts';
import { packetLayout, streamLayout } from '../model/packet-layout.ts';
import { PACKET_PANELS } from '../model/packets-state.ts';
import { selectLine, shownLines, withPackets } from '../model/packets-update.ts';
import type { Tab, TabPoint } from '../model/tab.ts';
import {
  packetDetailView,
  packetHexView,
  selectedDetail,
  selectedTreeLine,
  treeLines,
} from '../views/packet-detail-view.ts';
import { packetsHeadline, packetsView } from '../views/packets-view.ts';
import { streamView } from '../views/stream-view.ts';
import { PACKET_KEYS } from './packet-keys.ts';
import { movePanel } from './packet-panels.ts';
import { STREAM_KEYS, scrollStream } from './stream-keys.ts';

export const packets: Tab = {
  name: 'packets',
  title: 'packets',
  shortTitle: 'packetsShort',
  lists: [],
  headline: packetsHeadline,
  view(model, width, height) {
    const { panel, stream } = model.packets;
    if (stream !== null) {
      const layout = streamLayout(height);
      return [...packetsView(model, width, layout.list, false), ...streamView(model, width, layout.stream)];
    }
    const layout = packetLayout(height, panel);
    return [
      ...packetsView(model, width, layout.list, panel === 'list'),
      ...(layout.detail === 0 ? [] : packetDetailView(model, width, layout.detail, panel === 'detail')),
      ...(layout.hex === 0 ? [] : packetHexView(model, width, layout.hex, panel === 'hex')),
    ];
  },
  place: () => null,
  keys: PACKET_KEYS,
  modeKeys: ({ packets: { stream } }) => (stream === null ? null : STREAM_KEYS),
  mouse,
};

/** A click selects a packet or a line of its layers; the wheel scrolls what is under it. */
function mouse(model: Model, { action }: MouseInput, at: TabPoint, _width: number, height: number): Step {
  const lines = action === 'wheel_up' ? -3 : action === 'wheel_down' ? 3 : 0;
  const { panel, stream } = model.packets;
  if (stream !== null && at.row >= streamLayout(height).list)
    return step(lines === 0 ? model : scrollStream(model, lines));
  const layout = packetLayout(height, stream === null ? panel : 'detail');
  let row = at.row;
  for (const name of PACKET_PANELS) {
    if (row >= layout[name]) {
      row -= layout[name];
      continue;
    }
    if (lines !== 0) return step(withPackets(movePanel(withPackets(model, { panel: name }), lines), { panel }));
    if (action !== 'press' || row === 0) return step(action === 'press' ? withPackets(model, { panel: name }) : model);
    return step(press(withPackets(model, { panel: name }), layout[name] - 1, row - 1));
  }
  return step(model);
}

/** Selects a line of a panel that shows `room` lines. */
function press(model: Model, room: number, line: number): Model {
  const { panel, unfolded } = model.packets;
  if (panel === 'list') {
    const { top, count } = shownLines(model, room);
    return top + line < count ? selectLine(model, top + line, room) : model;
  }
  const detail = selectedDetail(model);
  if (panel === 'hex' || detail === null) return model;
  const tree = treeLines(detail, unfolded);
  const selected = selectedTreeLine(model, tree);
  const top = Math.max(0, Math.min(selected - room + 1, tree.length - room));
  return top + line < tree.length ? withPackets(model, { line: top + line, hexTop: null }) : model;
}
