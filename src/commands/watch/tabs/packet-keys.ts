import { shellWord } from '../../../core/output/shell-word.ts';
import { type Step, step } from '../model/action.ts';
import type { Binding } from '../model/binding.ts';
import { copyCommand } from '../model/copy-command.ts';
import { frameOf } from '../model/frame-layout.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { packetLayout } from '../model/packet-layout.ts';
import { PACKET_PANELS } from '../model/packets-state.ts';
import {
  beginBpf,
  beginPacketFilter,
  filterPackets,
  hasNone,
  sayWhyNone,
  selectedPacket,
  selectLine,
  shownLines,
  whyEnded,
  withPackets,
} from '../model/packets-update.ts';
import { pageKeys } from '../model/page-keys.ts';
import { fill } from '../texts/fill.ts';
import { selectedDetail, selectedTreeLine, treeLines } from '../views/packet-detail-view.ts';
import { movePanel, panelLines } from './packet-panels.ts';

/** Wraps what a key does where packets are captured; elsewhere it says why they are not. */
const onPackets =
  (act: (model: Model) => Step): Binding['act'] =>
  (model) =>
    model.packets.look === null ? step(sayWhyNone(model)) : act(model);

const move = (lines: (room: number) => number): Binding['act'] =>
  onPackets((model) => step(movePanel(model, lines(panelLines(model)))));

/** The same with the packet that is selected. */
const onPacket = (act: (model: Model, number: number) => Step): Binding['act'] =>
  onPackets((model) => {
    const number = selectedPacket(model);
    return number === null ? step(notify(model, 'noticeNoPacket', {}, true)) : act(model, number);
  });

const focusBy =
  (by: number): Binding['act'] =>
  (model) => {
    const { length } = PACKET_PANELS;
    const panel = PACKET_PANELS[(PACKET_PANELS.indexOf(model.packets.panel) + by + length) % length]!;
    return step(stayAt(withPackets(model, { panel })));
  };

/** Somebody who looks at a packet stays at it, whatever comes. */
function stayAt(model: Model): Model {
  if (model.packets.panel === 'list' || model.packets.selected !== null) return model;
  const { panel } = model.packets;
  const room = Math.max(1, packetLayout(frameOf(model).body.height, panel).list - 1);
  return selectLine(model, shownLines(model, room).selected, room);
}

/** Goes to a bookmark after the selected packet, or before it; around the end. */
const toBookmark = (by: 1 | -1): Binding['act'] =>
  onPackets((model) => {
    const { look, marks } = model.packets;
    if (marks.size === 0) return step(notify(model, 'noticeNoBookmark', {}, true));
    const there = [...marks].filter((number) => look!.numberAt(look!.indexOf(number)) === number).sort((a, b) => a - b);
    if (there.length === 0) return step(notify(model, 'noticeOtherBookmarks', {}, true));
    const from = selectedPacket(model) ?? 0;
    const next = by === 1 ? there.find((number) => number > from) : there.findLast((number) => number < from);
    const number = next ?? (by === 1 ? there[0]! : there.at(-1)!);
    const focused = withPackets(model, { panel: 'list' });
    return step(selectLine(focused, look!.indexOf(number), panelLines(focused)));
  });

/** Folds the layer of the selected line, or unfolds it. */
const fold = (wanted: boolean | null): Binding['act'] =>
  onPackets((model) => {
    const detail = selectedDetail(model);
    if (model.packets.panel !== 'detail' || detail === null)
      return step(notify(model, 'noticeNoList', { what: model.settings.texts.keyToggle }, true));
    const tree = treeLines(detail, model.packets.unfolded);
    let line = selectedTreeLine(model, tree);
    while (line > 0 && tree[line]!.folds === null) line--;
    const { folds, isFolded } = tree[line]!;
    if (folds === null) return step(model);
    const unfolded = new Set(model.packets.unfolded);
    if (wanted ?? !isFolded) unfolded.delete(folds);
    else unfolded.add(folds);
    return step(withPackets(model, { unfolded, line, hexTop: null }));
  });

/** The netwatch command that prints these packets. */
function commandOf({ packets: { file, iface, filter, bpf }, settings }: Model): string {
  const words = file === null ? ['sudo', 'netwatch', 'capture'] : ['netwatch', 'capture', '-r', file];
  if (iface !== null) words.push('-i', iface);
  if (bpf !== null) words.push('--bpf', bpf);
  if (filter !== null) words.push('-f', filter);
  if (settings.names) words.push('--resolve');
  return words.map(shellWord).join(' ');
}

/** The keys of the packets tab. */
export const PACKET_KEYS: readonly Binding[] = [
  {
    keys: ['/'],
    shown: '/',
    label: 'keyFilter',
    help: 'helpPacketFilter',
    footer: 1,
    // before the first look, what is typed waits for it: else its letters would be keys
    act: (model) => step(hasNone(model) ? sayWhyNone(model) : beginPacketFilter(model)),
  },
  {
    keys: ['S'],
    shown: 'S',
    label: 'keyStream',
    help: 'helpStream',
    footer: 2,
    act: onPacket((model, number) => {
      const row = model.packets.look!.row(number);
      const isStream = row?.stream !== null && (row?.transport === 'tcp' || row?.transport === 'udp');
      return isStream
        ? step(stayAtSelected(model), { type: 'follow stream', number })
        : step(notify(model, 'noticeNoStream', {}, true));
    }),
  },
  {
    keys: ['w'],
    shown: 'w',
    label: 'keyExport',
    help: 'helpExport',
    footer: 3,
    act: onPackets((model) => {
      const { look, until } = model.packets;
      if (look!.count === 0) return step(notify(model, 'noticeNothingToSave', {}, true));
      return step(model, { type: 'export packets', last: until === null ? null : look!.numberAt(look!.count - 1) });
    }),
  },
  {
    keys: ['b'],
    shown: 'b',
    label: 'keyBpf',
    help: 'helpBpf',
    footer: 4,
    act: onPackets((model) =>
      step(
        model.packets.file !== null
          ? notify(model, 'noticeFromFile', {}, true)
          : whyEnded(model) !== null
            ? sayWhyNone(model)
            : beginBpf(model, model.packets.bpf ?? ''),
      ),
    ),
  },
  {
    keys: ['m'],
    shown: 'm',
    label: 'keyBookmark',
    help: 'helpBookmark',
    footer: 5,
    act: onPacket((model, number) => {
      const marks = new Set(model.packets.marks);
      if (!marks.delete(number)) marks.add(number);
      return step(withPackets(model, { marks }));
    }),
  },
  { keys: ['n'], shown: 'n N', label: 'keyNextBookmark', help: 'helpNextBookmark', footer: 6, act: toBookmark(1) },
  { keys: ['N'], shown: '', label: 'keyNextBookmark', help: 'helpNextBookmark', footer: null, act: toBookmark(-1) },
  {
    keys: ['W'],
    shown: 'W',
    label: 'keyWhois',
    help: 'helpWhois',
    footer: 7,
    act: onPacket((model, number) => {
      const row = model.packets.look!.row(number);
      const hasAddresses = row !== null && (row.layers.includes('ip') || row.layers.includes('ipv6'));
      const addresses = hasAddresses
        ? [...new Set([row.src, row.dst].flatMap((one) => (one === null ? [] : [one])))]
        : [];
      if (addresses.length === 0) return step(notify(model, 'noticeNoAddress', {}, true));
      const { texts } = model.settings;
      const asking = fill(texts.whoisAsking, { addresses: addresses.join(', ') });
      return step(
        {
          ...model,
          popup: { kind: 'text', top: 0, title: texts.whoisTitle, lines: [[{ text: ` ${asking}`, role: 'faint' }]] },
        },
        { type: 'whois', addresses },
      );
    }),
  },
  {
    keys: ['x'],
    shown: 'x',
    label: 'keyClear',
    help: 'helpClear',
    footer: 8,
    act: onPackets((model) =>
      step(
        notify(
          withPackets(model, { marks: new Set(), selected: null, top: 0, line: null, stream: null }),
          'noticeCleared',
        ),
        { type: 'clear packets' },
      ),
    ),
  },
  { keys: ['tab'], shown: 'Tab', label: 'keyPanel', help: 'helpPacketPanel', footer: null, act: focusBy(1) },
  { keys: ['backtab'], shown: '', label: 'keyPanel', help: 'helpPacketPanel', footer: null, act: focusBy(-1) },
  { keys: ['up', 'k'], shown: '↑↓', label: 'keyMove', help: 'helpPacketMove', footer: null, act: move(() => -1) },
  { keys: ['down', 'j'], shown: '', label: 'keyMove', help: 'helpPacketMove', footer: null, act: move(() => 1) },
  ...pageKeys(move),
  {
    keys: ['home'],
    shown: '',
    label: 'keyMove',
    help: 'helpEnds',
    footer: null,
    act: move(() => Number.NEGATIVE_INFINITY),
  },
  {
    keys: ['end', 'G'],
    shown: '',
    label: 'keyMove',
    help: 'helpEnds',
    footer: null,
    act: onPackets((model) =>
      step(
        model.packets.panel === 'list'
          ? withPackets(model, { selected: null, line: null, hexTop: null })
          : movePanel(model, Number.MAX_SAFE_INTEGER),
      ),
    ),
  },
  { keys: ['space', 'z'], shown: 'Space', label: 'keyToggle', help: 'helpToggle', footer: null, act: fold(null) },
  { keys: ['left'], shown: '', label: 'keyToggle', help: 'helpToggle', footer: null, act: fold(true) },
  { keys: ['right'], shown: '', label: 'keyToggle', help: 'helpToggle', footer: null, act: fold(false) },
  {
    keys: ['enter'],
    shown: '',
    label: 'keyPanel',
    help: 'helpPacketPanel',
    footer: null,
    act: (model, at) => (model.packets.panel === 'detail' ? fold(null)(model, at) : focusBy(1)(model, at)),
  },
  {
    keys: ['s', 'o'],
    shown: '',
    label: 'keySort',
    help: 'helpSort',
    footer: null,
    act: (model) => step(notify(model, 'noticePacketOrder', {}, true)),
  },
  {
    keys: ['y'],
    shown: 'y',
    label: 'keyCopy',
    help: 'helpCopy',
    footer: null,
    act: onPackets((model) => copyCommand(model, commandOf(model))),
  },
  {
    keys: ['escape'],
    shown: '',
    label: 'keyBack',
    help: 'helpBack',
    footer: null,
    act(model) {
      if (model.packets.panel !== 'list') return step(withPackets(model, { panel: 'list' }));
      return model.packets.filter === null
        ? step(notify(model, 'noticeNothingOpen', {}, true))
        : filterPackets(model, null);
    },
  },
];

/** The packet whose stream is shown stays selected. */
function stayAtSelected(model: Model): Model {
  const room = panelLines(withPackets(model, { panel: 'list' }));
  return selectLine(model, shownLines(model, room).selected, room);
}
