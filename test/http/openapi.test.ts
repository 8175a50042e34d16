import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeOperations, type Operation } from '../../src/http/openapi.ts';

const THING = z.object({ id: z.string(), note: z.string().optional() }).meta({ id: 'Thing' });

const READ_THING: Operation = {
  method: 'GET',
  path: '/things/:id',
  operationId: 'getThing',
  requires: { action: 'things.thing.get' },
  summary: 'Read a thing',
  tags: ['Things'],
  security: ['bearer'],
  parameters: {
    path: z.object({ id: z.string() }),
    query: z.object({ deep: z.stringbool().default(false).meta({ type: 'boolean' }) }),
    headers: z.object({ 'If-Match': z.string().describe('A tag.') }),
  },
  answers: { 200: { description: 'It.', schema: THING }, 204: { description: 'Nothing.' } },
};

const LIST_THINGS: Operation = {
  ...READ_THING,
  path: '/things',
  operationId: 'listThings',
  requires: { action: 'things.thing.get' },
  security: [],
  parameters: {},
  answers: { 200: { description: 'All.', schema: z.object({ things: z.array(THING) }) } },
};

describe('describeOperations', () => {
  it('given a route’s path, when it is described, then its parameters stand in braces and as parameters', () => {
    const { paths } = describeOperations([READ_THING]);

    expect(paths['/things/{id}']).toMatchObject({
      get: {
        operationId: 'getThing',
        security: [{ bearer: [] }],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'deep', in: 'query', required: false, schema: { type: 'boolean' } },
          { name: 'If-Match', in: 'header', required: true, description: 'A tag.', schema: { type: 'string' } },
        ],
        responses: { 204: { description: 'Nothing.' } },
      },
    });
  });

  it('given a schema with an id, when two operations use it, then it stands once and is referred to', () => {
    const { paths, schemas } = describeOperations([READ_THING, LIST_THINGS]);

    expect(schemas).toEqual({
      Thing: {
        type: 'object',
        properties: { id: { type: 'string' }, note: { type: 'string' } },
        required: ['id'],
      },
    });
    const answer = (path: string) => JSON.stringify(paths[path]);
    expect(answer('/things/{id}')).toContain('{"schema":{"$ref":"#/components/schemas/Thing"}}');
    expect(answer('/things')).toContain('"items":{"$ref":"#/components/schemas/Thing"}');
  });

  it.each([
    ['the same method and path', { ...READ_THING, operationId: 'other' }],
    ['the same operation id', { ...LIST_THINGS, operationId: 'getThing' }],
  ])('given two operations with %s, when they are described, then that is refused', (_what, second) => {
    expect(() => describeOperations([READ_THING, second])).toThrow('described twice');
  });

  it('given a body that a transformation reads, when it is described, then as it travels', () => {
    const body = { schema: z.object({ at: z.string().transform(Number), of: THING.optional() }) };

    const { paths } = describeOperations([{ ...LIST_THINGS, method: 'POST', body }]);

    expect(paths['/things']).toMatchObject({
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { properties: { at: { type: 'string' } }, required: ['at'] } } },
        },
      },
    });
  });
});
