import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import supertest from 'supertest';
import { completeApp, newApp, respondWith, routeTemplateOf } from '../../src/http/app.ts';
import { type DirectHandler, directRoutes } from '../../src/http/direct-routes.ts';
import { methods } from '../../src/http/methods.ts';
import { readForm } from '../../src/http/read-form.ts';
import { MethodNotAllowed } from '../../src/problems/request-problems.ts';
import { failureOf } from './wire.ts';

/** A door with one route that is asked often, and what it was asked by. */
function givenDirectRoute(handle: DirectHandler) {
  const asked: string[] = [];
  const direct = directRoutes();
  const router = Router();
  const post = direct.post('/tokens', async (request, response) => {
    // Express's answers have more than Node's.
    asked.push('json' in response ? 'Express' : 'Node');
    await handle(request, response);
  });
  methods(router, '/tokens', { POST: post });
  router.use(
    respondWith((failure, request, response) => {
      const allow = failure instanceof MethodNotAllowed ? { Allow: failure.allowed.join(', ') } : {};
      response.set({ 'X-Door': 'tokens', ...allow }).status(418);
      response.json({ ...failureOf(failure), template: routeTemplateOf(request) });
    }),
  );
  const app = newApp().use(router);
  completeApp(app, (_failure, _request, response) => void response.status(500).end());
  return { served: direct.before(app), asked };
}

const answersForm: DirectHandler = async (request, response) => {
  const form = await readForm(request, { limitBytes: 100 });
  response.end(JSON.stringify({ grant: form.get('grant'), template: request.route?.path }));
};

describe('a direct route', () => {
  it.each([
    ['/tokens', 'Node'],
    ['/tokens?to=you', 'Node'],
    ['/tokens/', 'Express'],
    ['/TOKENS', 'Express'],
  ])('when it is asked at %s, then it answers, under its template, by way of %s', async (path, way) => {
    const { served, asked } = givenDirectRoute(answersForm);

    const { text } = await supertest(served).post(path).type('form').send('grant=apikey');

    expect(JSON.parse(text)).toEqual({ grant: 'apikey', template: '/tokens' });
    expect(asked).toEqual([way]);
  });

  it.each(['get', 'put', 'options', 'trace'] as const)(
    'when its method is %s, then the router refuses',
    async (method) => {
      const { served, asked } = givenDirectRoute(answersForm);

      const { status, headers } = await supertest(served)[method]('/tokens');

      expect([status, headers['allow'], asked]).toEqual([418, 'POST', []]);
    },
  );

  /** Twice done: a grant that is for one use would be used up by the request that was refused. */
  it('given it throws when the body has been read, then its door answers, and it was done once', async () => {
    const { served, asked } = givenDirectRoute(answersForm);

    const { status, headers, body } = await supertest(served).post('/tokens').type('form').send('grant=a&grant=b');

    expect([status, headers['x-door'], asked]).toEqual([418, 'tokens', ['Node']]);
    expect(body).toMatchObject({ code: 'parameter_repeated', template: '/tokens' });
  });

  it('given the body is far too large, then its door answers at once, and the connection ends', async () => {
    const { served } = givenDirectRoute(answersForm);

    const asking = supertest(served).post('/tokens').type('form').set('Content-Length', '99999999').send('grant=a');
    const { status, headers, body } = await asking;

    expect([status, headers['connection'], body.code]).toEqual([418, 'close', 'body_too_large']);
  });

  it('given it throws behind half an answer, then the connection is cut', async () => {
    const { served } = givenDirectRoute(async (_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('half');
      throw new Error('boom');
    });

    await expect(supertest(served).post('/tokens').type('form').send('grant=a')).rejects.toThrow(/aborted|hang up/);
  });
});
