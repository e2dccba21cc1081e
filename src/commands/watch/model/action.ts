import type { Piece } from '../../../core/screen/cells.ts';
import type { Input } from '../../../core/screen/input.ts';
import type { StoredStream } from '../../../core/stream/stored-stream.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import type { PacketLook } from './packet-look.ts';
import type { StreamState } from './packets-state.ts';
import type { Pace, Replay } from './replay.ts';

/** What may happen. */
export type Action =
  | { readonly type: 'input'; readonly input: Input }
  | { readonly type: 'resize'; readonly width: number; readonly height: number }
  | { readonly type: 'machine'; readonly machine: Machine }
  | { readonly type: 'replay'; readonly machine: Machine; readonly replay: Replay }
  /** More is known of rows that are shown. */
  | { readonly type: 'known'; readonly fill: (machine: Machine) => Machine }
  /** `isAsked` when a person did something that it is the answer to. */
  | { readonly type: 'packets'; readonly look: PacketLook; readonly isAsked: boolean }
  /** Another filter holds for the capture, which may have begun anew for it; or it could not, and the old one goes on. */
  | { readonly type: 'recaptured'; readonly bpf: string; readonly isAnew: boolean }
  | { readonly type: 'not recaptured'; readonly bpf: string; readonly message: string; readonly column: number }
  | { readonly type: 'stream'; readonly stream: StoredStream }
  | { readonly type: 'popup'; readonly title: string; readonly lines: readonly (readonly Piece[])[] }
  | { readonly type: 'notice'; readonly text: string; readonly isWrong: boolean }
  | { readonly type: 'time' };

/** What the screen asks for, which `update` cannot do itself. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'refresh' }
  | { readonly type: 'analyse' }
  /** A capture goes on at a pace, or stops; one packet of it is read; it is read from its start. */
  | { readonly type: 'pace'; readonly pace: Pace; readonly isStopped: boolean }
  | { readonly type: 'step' }
  | { readonly type: 'again'; readonly pace: Pace }
  /** Rows are to have names of addresses, and places. */
  | { readonly type: 'facts'; readonly names: boolean; readonly places: boolean }
  | { readonly type: 'mouse'; readonly isOn: boolean }
  | { readonly type: 'copy'; readonly text: string }
  /** Shows packets that pass; null for all. The filter means something. */
  | { readonly type: 'filter packets'; readonly filter: string | null }
  /** While it is paused, packets that are held stay. */
  | { readonly type: 'keep packets'; readonly isKept: boolean }
  | { readonly type: 'clear packets' }
  /** Writes the packets that pass to a file, up to the last one that is shown; null for all. */
  | { readonly type: 'export packets'; readonly last: number | null }
  | { readonly type: 'recapture'; readonly bpf: string }
  /** Follows the stream of a packet. */
  | { readonly type: 'follow stream'; readonly number: number }
  /** Follows it again, as packets of it came; that may come later. */
  | { readonly type: 'follow on'; readonly number: number }
  | { readonly type: 'save stream'; readonly state: StreamState }
  | { readonly type: 'whois'; readonly addresses: readonly string[] };

/** The next model, and what is asked for. */
export interface Step {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

export const step = (model: Model, ...effects: readonly Effect[]): Step => ({ model, effects });
