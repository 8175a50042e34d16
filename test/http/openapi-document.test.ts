import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { operations as identityOperations } from '../../src/doors/ibm-iam-identity/operations.ts';
import { operations as tokenOperations } from '../../src/doors/ibm-iam-token/operations.ts';
import type { Operation } from '../../src/http/openapi.ts';
import { openApiDocument } from '../../src/server/openapi-document.ts';

const OPERATIONS: readonly Operation[] = [...tokenOperations, ...identityOperations];
const DOCUMENT = openApiDocument({ publicUrl: 'https://keys.example', version: '1.2.3', operations: OPERATIONS });

describe('the OpenAPI document', () => {
  it('when it is checked against the schema of OpenAPI 3.1, then nothing is wrong', async () => {
    // The validator adds to what it is given.
    const { valid, errors } = await new Validator().validate(structuredClone(DOCUMENT));

    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(DOCUMENT).toMatchObject({ openapi: '3.1.1', servers: [{ url: 'https://keys.example' }] });
  });

  it('when it refers to a schema or a security scheme, then that is there', () => {
    const { components } = DOCUMENT as { components: { schemas: object; securitySchemes: object } };
    const references = [...JSON.stringify(DOCUMENT).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target);

    expect(references.length).toBeGreaterThan(0);
    for (const target of new Set(references)) {
      expect(Object.keys(components.schemas).map((id) => `#/components/schemas/${id}`)).toContain(target);
    }
    const ofDoors = ['restApiKey', 'logkey', 'programkey', 'barekey'];
    expect(Object.keys(components.securitySchemes)).toEqual(['bearer', 'basic', 'servicekey', 'apikey', ...ofDoors]);
  });

  it.each(OPERATIONS.map((operation) => [operation.operationId, operation] as const))(
    'when %s is described, then it has every parameter of its path, a success, and a failure wherever it can be refused',
    (_id, { path, parameters, answers, security, tags }) => {
      const named = [...path.matchAll(/:([A-Za-z_]+)/g)].map(([, name]) => name);
      const statuses = Object.keys(answers).map(Number);

      expect(Object.keys(parameters?.path?.shape ?? {})).toEqual(named);
      expect(statuses.some((status) => status >= 200 && status < 300)).toBe(true);
      if (security.length > 0) expect(statuses).toContain(401);
      expect(tags.length).toBe(1);
    },
  );
});
