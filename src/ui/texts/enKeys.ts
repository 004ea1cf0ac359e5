// Texts of the list of keys. Fetched with it.
export const enKeys = {
  title: 'Keyboard',
  space: 'train or pause',
  step: 'one step',
  reset: 'reset the run',
  share: 'share',
  runs: 'the kept runs',
  undo: 'undo a change of settings',
  redo: 'redo it',
  paste: 'read a script or an error; Ctrl V outside a field does too',
  list: 'this list',
  close: 'close what is open',
  off: 'Single-key shortcuts are on',
  space_key: 'Space',
} as const;
