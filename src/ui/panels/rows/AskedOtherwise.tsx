// A warning that rows teach one way of being spoken to while questions come in another, and the choice that mends it.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { asConversation } from './mappingEdits.ts';

export function AskedOtherwise() {
  const { t } = useTexts();
  const actions = useActions();
  const data = usePageState((state) => state.recipe.data);
  return (
    <p className="small is-cut" role="note">
      {t('before.askedOtherwise')}{' '}
      {data !== undefined && (
        <Button
          className="button button-plain"
          onPress={() => actions.changeRows({ columns: asConversation(data) })}
        >
          {t('before.asConversation')}
        </Button>
      )}
    </p>
  );
}
