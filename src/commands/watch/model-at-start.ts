import { chooseColorLevel } from '../../core/output/palette.ts';
import { themeNamed } from '../../core/screen/theme.ts';
import type { Context } from '../context/context.ts';
import { listFilter, UNTOUCHED } from './model/list-state.ts';
import { type Model, openingModel } from './model/model.ts';
import type { Settings } from './model/settings.ts';
import { TABS } from './tabs/all-tabs.ts';
import { charactersOf, languageOf } from './texts/language.ts';
import type { WatchValues } from './watch-values.ts';

/** What the screen shows first, as the options and the terminal say. Rejects with a Failure 64 for a filter that means nothing. */
export async function modelAtStart(
  context: Context,
  values: WatchValues,
  size: { readonly width: number; readonly height: number },
): Promise<Model> {
  const { clock } = context;
  const { filter, bpf, read, tab } = values;
  const opened = openingModel(size, settingsOf(context, values), clock.now());
  const model: Model = {
    ...opened,
    tab: tab ?? (read === null ? opened.tab : 'packets'),
    packets: { ...opened.packets, bpf, file: read, iface: values.interface },
  };
  if (filter === null) return model;
  if (model.tab === 'packets') {
    // loaded here: what reads packets is large
    const { checkPacketFilter } = await import('../../core/packet/packet-search.ts');
    checkPacketFilter(filter, () => clock.now());
    return { ...model, packets: { ...model.packets, filter } };
  }
  const list = TABS.find(({ name }) => name === model.tab)?.lists[0];
  if (list === undefined) return model;
  return { ...model, lists: { [list.name]: { ...UNTOUCHED, filter: listFilter(filter, list.table) } } };
}

function settingsOf({ env }: Context, values: WatchValues): Settings {
  const { lite: isLite } = values;
  const characters = charactersOf(env);
  const colors = chooseColorLevel(values.color ?? 'auto', env, true);
  const usual = characters === 'all' && !isLite ? 'terminal' : 'ascii';
  return {
    theme: themeNamed(values.theme ?? usual, colors > 0, colors > 1),
    ...languageOf(values.lang, env, characters),
    characters,
    places: false,
    names: false,
    mayAskDns: !values['no-dns'],
    mouse: true,
    dense: false,
    probes: !values['no-probe'] && !isLite,
    ownPid: values.read === null ? process.pid : null,
    isLite,
  };
}
