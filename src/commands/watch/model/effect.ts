/** What the screen asks for, which `update` cannot do itself. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'refresh' }
  | { readonly type: 'analyse' }
  | { readonly type: 'mouse'; readonly isOn: boolean }
  | { readonly type: 'copy'; readonly text: string };
