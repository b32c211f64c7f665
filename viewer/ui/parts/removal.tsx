/** Things of a list are changed at once, and removed without a question: for eight seconds they can be brought back. */
import { useCallback, useState, type ReactElement } from 'react';
import { t } from '../../core/language';
import { ServerError } from '../../domain/server';
import { Toast } from './toast';

interface Book<T> {
  remove: (item: T) => Promise<void>;
  add: (item: T) => Promise<unknown>;
  onBack: (item: T) => void;
  look: () => void;
  onExpired: () => void;
  /** Of the button that brings back. */
  testid: string;
}

export interface Removal<T> {
  /** Why the last change was refused, '' when it was not. */
  refused: string;
  /** Do what was asked, look again, and keep the words of a refusal. */
  attempt: (asked: Promise<unknown>, then?: () => void) => void;
  remove: (item: T) => void;
  /** Missing when there is nothing to bring back. */
  bringBack: (() => void) | undefined;
  toast: ReactElement | undefined;
}

export function useRemoval<T extends { name: string }>({ remove, add, onBack, look, onExpired, testid }: Book<T>): Removal<T> {
  const [removed, setRemoved] = useState<T>();
  const [refused, setRefused] = useState('');
  const attempt = useCallback(
    (asked: Promise<unknown>, then: () => void = () => undefined) => {
      setRefused('');
      asked.then(then, (e: unknown) => {
        if (e instanceof ServerError && e.status === 401) return onExpired();
        setRefused(e instanceof Error ? e.message : String(e));
      }).finally(look);
    },
    [look, onExpired],
  );
  const gone = useCallback(() => setRemoved(undefined), []);
  const bringBack = removed && (() => attempt(add(removed), () => {
    setRemoved(undefined);
    onBack(removed);
  }));
  const toast = removed && (
    <Toast key={removed.name} onGone={gone}>
      <span className="clip">{t('{name} was removed.', { name: removed.name })}</span>
      <button className="btn plain c-accent" onClick={bringBack} data-testid={testid}>{t('Undo')} <kbd>Ctrl</kbd><kbd>Z</kbd></button>
    </Toast>
  );
  return { refused, attempt, remove: (item) => attempt(remove(item), () => setRemoved(item)), bringBack, toast };
}
