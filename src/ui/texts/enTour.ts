// Texts of the tour. Fetched with it.
export const enTour = {
  title: 'Tour',
  at: '{{at}} of {{count}}',
  leave: 'Leave the tour',
  keys: 'Space: go on · Esc: leave',
  next: 'Go on',
  break_title: 'Break it',
  break_text:
    'Most who come here have met an error. Let us make it: one switch for saving memory, and the blue line is cut.',
  break_do: 'Break it',
  fix_title: 'Fix it',
  fix_text: 'Below stand the cause and what mends it. It is one word in the script.',
  fix_do: 'Apply the fix',
  train_title: 'Train it',
  train_text: 'Blue again. Now it can learn: watch the loss fall and the answers change.',
  train_do: 'Train',
  train_on: 'It is learning. Stay and watch, or go on.',
  home_title: 'Take it home',
  home_text: 'What it learned is a small file that other programs open. It was made here and is yours.',
  home_do: 'Save the adapter',
  home_wait: 'It can be saved when the run is finished or paused.',
} as const;
