import type { Router } from 'express';
import { methods } from '../../http/methods.ts';
import type { Operation } from '../../http/openapi.ts';
import type { BearerOf } from './bearer.ts';
import { operations } from './operations.ts';
import { type HealthRepresentation, SERVICE_PATHS } from './service-operations.ts';

/** What the routes of the door about itself stand on. */
export interface ServiceRouteParts {
  readonly bearerOf: BearerOf;
  /** @returns an OpenAPI document of these operations alone */
  readonly describe: (operations: readonly Operation[]) => Promise<object>;
}

/** The API guide by which this door is made: what clients tell versions apart for. Not our own, which nobody outside needs to know. */
const API_VERSION = '2022.11.12';

/** `/health-check`, `/version` (Autonomous Identity API guide, "API service") and the download of the description. */
export function serviceRoutes(router: Router, { bearerOf, describe }: ServiceRouteParts): void {
  methods(router, SERVICE_PATHS.health, {
    GET(_request, response) {
      const uptime = process.uptime();
      const health = { status: 'zoran-api: OK', uptime, uptimeFormatted: formatted(uptime) } as const;
      response.json(health satisfies HealthRepresentation);
    },
  });
  methods(router, SERVICE_PATHS.version, {
    GET(_request, response) {
      response.json({ version: API_VERSION });
    },
  });
  methods(router, SERVICE_PATHS.description, {
    async GET(request, response) {
      await bearerOf(request);
      response.set('Content-Disposition', 'attachment; filename="swagger.json"').json(await describe(operations));
    },
  });
}

/** @returns `1:30:12` */
function formatted(uptimeSeconds: number): string {
  const seconds = Math.floor(uptimeSeconds);
  const twoDigits = (number: number): string => String(number).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
}
