// The dialogs and sheets of the page, by name; one of each kind is open at a time.

export type DialogName =
  | 'guide'
  | 'tour'
  | 'model'
  | 'adapter'
  | 'paste'
  | 'script'
  | 'share'
  | 'device'
  | 'keys'
  | 'storage'
  | 'push'
  | 'deploy'
  | 'opinion'
  | 'data'
  | 'template'
  | 'runs'
  | 'reset';
export type SheetName = 'recipe' | 'parameters';
