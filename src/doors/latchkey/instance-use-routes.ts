import type { Router } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import type { UseOfInstance } from '../../ingestion/instance-use.ts';
import { instanceCrn } from '../../resource-instances/resource-instance.ts';
import { INSTANCE_USE_PATH, type InstanceUseRepresentation } from './instance-use-operations.ts';

/** What the route of the use of instances stands on. */
export interface InstanceUseRouteParts {
  readonly useOfInstance: UseOfInstance;
  readonly callerOf: CallerOf;
}

/** `GET /latchkey/v1/instances/{guid}/use`. */
export function instanceUseRoutes(router: Router, { useOfInstance, callerOf }: InstanceUseRouteParts): void {
  methods(router, INSTANCE_USE_PATH, {
    async GET(request, response) {
      const { instance, use } = await useOfInstance(await callerOf(request), request.params.guid);
      const { requests, lines, bytes } = use ?? { requests: 0, lines: 0, bytes: 0 };
      response.json({
        ...{ instance_crn: instanceCrn(instance), requests, lines, bytes },
        ...(use !== undefined && { last_used_at: new Date(use.lastAt).toISOString() }),
      } satisfies InstanceUseRepresentation);
    },
  });
}
