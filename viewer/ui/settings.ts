/** Theme, density, columns and memory: one choice a person, kept in this browser. */
import { useCallback, useState } from 'react';
import { chosenColumns } from '../domain/columns';

export type Theme = 'dark' | 'bright';
export type Density = 'comfortable' | 'compact';

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private browsing: the choice holds for this page only.
  }
}

export function useTheme(): [Theme, () => void] {
  const root = document.documentElement;
  const [theme, setTheme] = useState<Theme>(root.dataset.theme === 'bright' ? 'bright' : 'dark');
  const toggle = () => {
    const next = theme === 'dark' ? 'bright' : 'dark';
    root.dataset.theme = next;
    keep('rr.theme', next);
    setTheme(next);
  };
  return [theme, toggle];
}

export function useDensity(): [Density, () => void] {
  const root = document.documentElement;
  const [density, setDensity] = useState<Density>(root.dataset.density === 'compact' ? 'compact' : 'comfortable');
  const toggle = () => {
    const next = density === 'compact' ? 'comfortable' : 'compact';
    if (next === 'compact') root.dataset.density = 'compact';
    else delete root.dataset.density;
    keep('rr.density', next);
    setDensity(next);
  };
  return [density, toggle];
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
  keep('rr.memory', String(megabytes ?? ''));
}

/** The columns of the study list, in their order. */
export function useColumns(): [string[], (chosen: string[]) => void] {
  const [columns, setColumns] = useState(() => chosenColumns(kept('rr.columns')));
  const choose = useCallback((chosen: string[]) => {
    keep('rr.columns', JSON.stringify(chosen));
    setColumns(chosen);
  }, []);
  return [columns, choose];
}

function kept(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
