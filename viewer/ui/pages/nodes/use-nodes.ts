import { useCallback, useState } from 'react';
import type { Node } from '../../../domain/nodes';
import { ServerError } from '../../../domain/server';
import { usePolling, useSlow } from '../../parts/polling';
import { httpServer } from '../../server/http-server';

export interface Nodes {
  /** Missing until they are known. */
  nodes: readonly Node[] | undefined;
  slow: boolean;
  failure: string;
  look: () => void;
}

/** Others change nodes too, by this page or from the command line. */
const AGAIN_SECONDS = 20;
const RETRY_SECONDS = 6;

export function useNodes(onExpired: () => void): Nodes {
  const [nodes, setNodes] = useState<readonly Node[]>();
  const [failure, setFailure] = useState('');
  const ask = useCallback(
    async (signal: AbortSignal) => {
      try {
        setNodes(await httpServer.nodes(signal));
        setFailure('');
        return AGAIN_SECONDS;
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') return RETRY_SECONDS;
        if (error instanceof ServerError && error.status === 401) onExpired();
        setFailure(error instanceof Error ? error.message : String(error));
        return RETRY_SECONDS;
      }
    },
    [onExpired],
  );
  const look = usePolling(ask);
  return { nodes, slow: useSlow(!nodes && !failure), failure, look };
}
