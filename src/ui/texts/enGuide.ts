// Texts of the guide. Fetched with it.
export const enGuide = {
  title: 'requires_grad in five minutes',
  advice: 'Common advice, tried',
  adviceIntro:
    'Each piece of advice on the case it is given for, under every modelled stack. The outcomes are computed now, on this page.',
  waiting: 'trying the advice under every stack',
  helpsIn: 'helps in {{count}} of $t(translation:units.stack, {"count": {{total}} })',
  versions: 'versions',
  before: 'before',
  after: 'with the advice',
  verdict: 'so it',
  trains: 'trains',
  silent: 'silently learns nothing',
  raises: 'raises',
  helps: 'helps',
  nothing: 'does nothing',
  breaks: 'causes the failure',
  hides: 'hides the failure',
  try: 'Open',
  tryOf: 'Open this case under {{versions}}',
} as const;
