import type { Router } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import type { ListedNode, NodeList } from '../../nodes/node-list.ts';
import type { NodeStatus } from '../../nodes/node-status.ts';
import { NODES_PATH, type NodeRepresentation } from './node-operations.ts';

/** What the routes of nodes stand on. */
export interface NodeRouteParts {
  readonly nodes: NodeList;
  readonly callerOf: CallerOf;
}

/** `GET /latchkey/v1/nodes`. */
export function nodeRoutes(router: Router, { nodes, callerOf }: NodeRouteParts): void {
  methods(router, NODES_PATH, {
    async GET(request, response) {
      const listed = await nodes.list(await callerOf(request));
      response.json({ nodes: listed.map(nodeRepresentation) });
    },
  });
}

function nodeRepresentation(node: ListedNode): NodeRepresentation {
  const { id, answering, version, hostName, pid, worker, state, startedAt, seenAt, status } = node;
  return {
    ...{ id, answering, version, host_name: hostName, pid, worker, state },
    started_at: new Date(startedAt).toISOString(),
    seen_at: new Date(seenAt).toISOString(),
    ...(status !== undefined && statusRepresentation(status)),
  };
}

function statusRepresentation({ position, lagMilliseconds, freshness, backgroundWork, liveSet }: NodeStatus) {
  const { tokens, generations, filtered, bytes } = liveSet;
  return {
    position,
    lag_milliseconds: { ...lagMilliseconds },
    lease: { freshness, background_work: backgroundWork },
    live_set: { tokens, generations, filtered, bytes },
  };
}
