import { frameOf } from '../model/frame-layout.ts';
import type { Model } from '../model/model.ts';
import { packetLayout } from '../model/packet-layout.ts';
import { selectLine, shownLines, withPackets } from '../model/packets-update.ts';
import { hexTopOf, selectedDetail, selectedTreeLine, treeLines } from '../views/packet-detail-view.ts';

/** Lines of the panel with the focus that are shown below its title. */
export function panelLines(model: Model): number {
  const { panel } = model.packets;
  return Math.max(1, packetLayout(frameOf(model).body.height, panel)[panel] - 1);
}

/** Moves by lines in the panel with the focus. */
export function movePanel(model: Model, lines: number): Model {
  const { panel } = model.packets;
  const room = panelLines(model);
  if (panel === 'list') return selectLine(model, shownLines(model, room).selected + lines, room);
  if (panel === 'hex') return withPackets(model, { hexTop: clamp(hexTopOf(model, room) + lines) });
  const detail = selectedDetail(model);
  if (detail === null) return model;
  const tree = treeLines(detail, model.packets.unfolded);
  const line = Math.max(0, Math.min(selectedTreeLine(model, tree) + lines, tree.length - 1));
  return withPackets(model, { line, hexTop: null });
}

const clamp = (line: number): number => Math.max(0, Math.min(line, Number.MAX_SAFE_INTEGER));
