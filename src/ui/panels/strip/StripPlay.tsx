// Plays what can happen to the strip: once by itself where motion is welcome and nobody has touched the page yet, and whenever its button is pressed.
// Where motion is not welcome, each press shows one scene.
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import type { PlayScene } from '../../state/playState.ts';
import { differences } from '../../state/recipeEdits.ts';

const FIRST_MS = 1500;
const sceneMs: Readonly<Record<PlayScene, number>> = { turns: 1600, cut: 3200, mended: 3200 };
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Whether anybody has touched the page: then nothing plays by itself. */
let touched = false;
for (const kind of ['pointerdown', 'keydown', 'wheel'] as const)
  addEventListener(
    kind,
    () => {
      touched = true;
    },
    { capture: true, passive: true },
  );

export function StripPlay() {
  const { t } = useTexts();
  const actions = useActions();
  const scene = usePageState((state) => state.play?.scene ?? null);
  const plain = usePageState(
    (state) => state.opened && state.recipe.program === undefined && differences(state).own.length === 0,
  );
  // The cut is shown when it was read off, and not before.
  const waits = usePageState((state) => state.play?.scene === 'turns' && state.play.cut === null);
  const known = usePageState((state) => state.inspection !== null);
  const begun = useRef(false);
  useEffect(() => {
    if (!known || !plain || begun.current || isStill() || location.hash.length > 1) return;
    const timer = setTimeout(() => {
      begun.current = true;
      if (!touched && document.visibilityState === 'visible') actions.play();
    }, FIRST_MS);
    return () => clearTimeout(timer);
  }, [actions, known, plain]);
  useEffect(() => {
    if (scene === null || waits || isStill()) return;
    const timer = setTimeout(actions.playOn, sceneMs[scene]);
    return () => clearTimeout(timer);
  }, [actions, scene, waits]);
  // What a person does next is about the recipe.
  useEffect(() => () => actions.stopPlay(), [actions]);
  return (
    <Button
      className="button button-plain strip-play"
      isDisabled={waits && isStill()}
      onPress={scene === null ? actions.play : isStill() ? actions.playOn : actions.stopPlay}
    >
      {t(scene === null ? 'strip.play' : isStill() ? 'strip.playOn' : 'strip.stopPlay')}
    </Button>
  );
}
