/** A dry run: what a rule, saved or not, would do with what is in the archive. */
import { useCallback, useRef, useState } from 'react';
import { trialRule, type RuleDraft, type Trial } from '../../../domain/rules';
import { httpServer } from '../../server/http-server';

export interface DryRun {
  /** Missing while the server is asked. */
  trials: readonly Trial[] | undefined;
}

export interface Trials {
  /** The dry run of just this; missing when that was not asked for, or was refused. */
  of: (draft: RuleDraft) => DryRun | undefined;
  run: (draft: RuleDraft) => void;
}

const about = (draft: RuleDraft) => JSON.stringify(trialRule(draft));

export function useTrial(onRefused: (draft: RuleDraft, error: unknown) => void): Trials {
  const [last, setLast] = useState<{ about: string; run: DryRun }>();
  const latest = useRef('');
  const run = useCallback(
    (draft: RuleDraft) => {
      const asked = about(draft);
      latest.current = asked;
      setLast({ about: asked, run: { trials: undefined } });
      httpServer.tryRule(trialRule(draft)).then(
        (trials) => {
          if (latest.current === asked) setLast({ about: asked, run: { trials } });
        },
        (error: unknown) => {
          if (latest.current === asked) setLast(undefined);
          onRefused(draft, error);
        },
      );
    },
    [onRefused],
  );
  return { of: (draft) => (last?.about === about(draft) ? last.run : undefined), run };
}
