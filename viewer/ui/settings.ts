/** Theme, density and columns of a person; what the images may take of this machine's memory. */
import { useCallback, useEffect, useMemo } from 'react';
import { chosenColumns } from '../domain/columns';
import { choose, chosen, subscribe, usePreferences } from './preferences';

export type Theme = 'dark' | 'bright';
export type Density = 'comfortable' | 'compact';

const isTheme = (value: unknown): value is Theme => value === 'dark' || value === 'bright';
const isDensity = (value: unknown): value is Density => value === 'comfortable' || value === 'compact';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

export function useTheme(): [Theme, () => void] {
  usePreferences();
  const theme = chosen('theme', isTheme) ?? 'dark';
  return [theme, toggleTheme];
}

export function toggleTheme(): void {
  choose('theme', chosen('theme', isTheme) === 'bright' ? 'dark' : 'bright');
}

export function useDensity(): [Density, () => void] {
  usePreferences();
  const density = chosen('density', isDensity) ?? 'comfortable';
  return [density, () => choose('density', density === 'compact' ? 'comfortable' : 'compact')];
}

/** The page looks as was chosen, here or in another browser of this person; public/theme.js does the same before all else. */
export function useLook(): void {
  useEffect(() => {
    const look = () => {
      const root = document.documentElement;
      root.dataset.theme = chosen('theme', isTheme) ?? 'dark';
      if (chosen('density', isDensity) === 'compact') root.dataset.density = 'compact';
      else delete root.dataset.density;
    };
    look();
    return subscribe(look);
  }, []);
}

/** Megabytes that the images of the viewer may take, as the reader chose; undefined: by what the machine has. */
export function memoryChoice(): number | undefined {
  try {
    const chosen = Number(localStorage.getItem('rr.memory'));
    return Number.isFinite(chosen) && chosen > 0 ? chosen : undefined;
  } catch {
    return undefined;
  }
}

export function chooseMemory(megabytes: number | undefined): void {
  try {
    localStorage.setItem('rr.memory', String(megabytes ?? ''));
  } catch {
    // Private browsing: by what the machine has.
  }
}

/** Planes are made by the server: a choice of this machine, like its memory. */
export function serverChoice(): boolean {
  try {
    return localStorage.getItem('rr.planes') === 'server';
  } catch {
    return false;
  }
}

export function chooseServer(on: boolean): void {
  try {
    localStorage.setItem('rr.planes', on ? 'server' : '');
  } catch {
    // Private browsing: for this time only.
  }
}

/** The columns of the study list, in their order. */
export function useColumns(): [string[], (chosen: string[]) => void] {
  const version = usePreferences();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the version says when the choice may be another one
  const columns = useMemo(() => chosenColumns(chosen('columns', isList)), [version]);
  return [columns, useCallback((columns: string[]) => choose('columns', columns), [])];
}
