// A dialog in the middle of a wide page, a sheet from the bottom of a narrow one. Esc and a click outside close it.
import type { ReactNode } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTexts } from '../PageContext.tsx';
import { keyboardInside } from './keyboardInside.ts';

export function Sheet(props: {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** As much of the page as there is. */
  readonly full?: boolean;
  readonly role?: 'dialog' | 'alertdialog';
}) {
  const { title, open, onClose, children, wide = false, full = false, role = 'dialog' } = props;
  const { t } = useTexts();
  return (
    <ModalOverlay
      className="scrim scrim-sheet"
      isDismissable
      isOpen={open}
      onOpenChange={(next) => !next && onClose()}
    >
      <Modal className={full ? 'modal modal-full' : wide ? 'modal modal-wide' : 'modal'}>
        <Dialog ref={keyboardInside} className="dialog" role={role}>
          <div className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button className="button button-plain" aria-label={t('unit.close')} onPress={onClose}>
              ✕
            </Button>
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
