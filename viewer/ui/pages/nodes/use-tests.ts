/** Tests of nodes that were made in this window; their results go when the page is left. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Examination } from '../../../domain/examination';
import type { Node } from '../../../domain/nodes';
import { ServerError } from '../../../domain/server';
import { httpServer } from '../../server/http-server';

export interface Tests {
  of: ReadonlyMap<string, Examination>;
  /** Everything about one node, with a trace. */
  test: (name: string) => void;
  /** Quickly, one node after the other. */
  testAll: (names: readonly string[]) => void;
  /** A node that is not saved: everything about it, without a name. */
  testUnsaved: (node: Node) => void;
  /** What the test of the unsaved node found. */
  ofUnsaved: Examination | undefined;
  busy: boolean;
}

const UNSAVED = ''; // no node that is known has this name

export function useTests(onExpired: () => void): Tests {
  const [all, setAll] = useState<ReadonlyMap<string, Examination>>(new Map());
  const [busy, setBusy] = useState(false);
  const aborter = useRef<AbortController>(undefined);
  useEffect(() => () => aborter.current?.abort(), []);

  const put = useCallback((name: string, change: (old: Examination) => Examination) => {
    setAll((tests) => {
      const old = tests.get(name);
      return old ? new Map(tests).set(name, change(old)) : tests;
    });
  }, []);
  const one = useCallback(
    async (node: string | Node, thorough: boolean, signal: AbortSignal) => {
      const name = typeof node === 'string' ? node : UNSAVED;
      setAll((tests) => new Map(tests).set(name, { at: new Date().toISOString(), steps: [], end: undefined, lost: '' }));
      try {
        const end = await httpServer.examine(node, thorough, (step) => put(name, (old) => ({ ...old, steps: [...old.steps, step] })), signal);
        put(name, (old) => ({ ...old, end }));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ServerError && error.status === 401) return onExpired();
        put(name, (old) => ({ ...old, lost: error instanceof Error ? error.message : String(error) }));
      }
    },
    [put, onExpired],
  );
  const run = useCallback(async (nodes: readonly (string | Node)[], thorough: boolean) => {
    aborter.current?.abort();
    const mine = new AbortController();
    aborter.current = mine;
    // A test that is broken off says nothing: as if it had not begun.
    setAll((tests) => new Map([...tests].filter(([, test]) => test.end ?? test.lost)));
    setBusy(true);
    for (const node of nodes) if (!mine.signal.aborted) await one(node, thorough, mine.signal);
    if (aborter.current === mine) setBusy(false);
  }, [one]);
  const test = useCallback((name: string) => void run([name], true), [run]);
  const testAll = useCallback((names: readonly string[]) => void run(names, false), [run]);
  const testUnsaved = useCallback((node: Node) => void run([node], true), [run]);
  return { of: all, test, testAll, testUnsaved, ofUnsaved: all.get(UNSAVED), busy };
}
