import { describe, expect, it } from '@jest/globals';
import { type Express, Router } from 'express';
import supertest from 'supertest';
import { completeApp, loadedWhenAsked, newApp, respondWith, routeTemplateOf } from '../../src/http/app.ts';
import { methods } from '../../src/http/methods.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../src/http/security-headers.ts';
import { MethodNotAllowed } from '../../src/problems/request-problems.ts';
import { failureOf } from './wire.ts';

function givenApp(register: (router: Router) => void): Express {
  const app = newApp();
  const router = Router();
  register(router);
  app.use(router);
  completeApp(app, (failure, _request, response) => {
    if (failure instanceof MethodNotAllowed) response.set('Allow', failure.allowed.join(', '));
    response.status(418).json(failureOf(failure));
  });
  return app;
}

describe('methods', () => {
  const app = givenApp((router) => {
    methods(router, '/things/:id', {
      GET: (request, response) => void response.json({ id: request.params.id, template: routeTemplateOf(request) }),
      PUT: async () => {
        throw new Error('boom');
      },
    });
    methods(router, '/heads', {
      GET: (_request, response) => void response.json({}),
      HEAD: (_request, response) => void response.status(204).end(),
    });
  });

  it('given a served method, when it is used with or without a last slash, then its handler answers', async () => {
    for (const path of ['/things/crn%3Av1%2Fx', '/things/crn%3Av1%2Fx/']) {
      const { body, headers } = await supertest(app).get(path);

      expect(body).toEqual({ id: 'crn:v1/x', template: '/things/:id' });
      expect(headers).not.toHaveProperty('etag');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('given a GET, when HEAD is used, then it is answered, and by its own handler where there is one', async () => {
    expect((await supertest(app).head('/things/1')).status).toBe(200);
    expect((await supertest(app).head('/heads')).status).toBe(204);
  });

  it.each(['post', 'patch', 'delete', 'options', 'trace', 'propfind', 'link'] as const)(
    'given a served path, when its method is %s, then it is refused with what is allowed',
    async (method) => {
      const { body, headers } = await supertest(app)[method]('/things/1');

      expect(body).toMatchObject({ code: 'method_not_allowed' });
      expect(headers['allow']).toBe('GET, HEAD, PUT');
    },
  );

  it('given a handler that fails, when it rejects, then the responder gets what was thrown', async () => {
    expect((await supertest(app).put('/things/1')).body).toMatchObject({ message: 'Error: boom' });
  });

  it('given no route, when a path is asked for, then that is a problem and not a page', async () => {
    expect((await supertest(app).get('/nothing?apikey=x')).body).toMatchObject({
      code: 'route_unknown',
      message: 'There is no GET /nothing here.',
    });
  });

  it('given a path that is not valid percent-encoding, when it is asked for, then that is the caller’s mistake', async () => {
    expect((await supertest(app).get('/things/%ff')).body).toMatchObject({ code: 'request_malformed' });
    expect((await supertest(app).get('/things/%')).body).toMatchObject({ code: 'request_malformed' });
  });

  it('given half an answer, when the handler fails, then the connection breaks', async () => {
    const broken = givenApp((router) => {
      methods(router, '/half', {
        GET: async (_request, response) => {
          response.write('half');
          throw new Error('boom');
        },
      });
    });

    await expect(supertest(broken).get('/half')).rejects.toThrow();
  });

  it('given a door with its own responder, when one of its routes fails, then that answers', async () => {
    const door = givenApp((router) => {
      methods(router, '/mine', { POST: () => {} });
      router.use(respondWith((_failure, _request, response) => void response.status(499).end()));
    });

    expect((await supertest(door).get('/mine')).status).toBe(499);
    expect((await supertest(door).get('/other')).status).toBe(418);
  });
});

describe('security headers', () => {
  it('given an API without pages, when its headers are taken from helmet, then nothing may be loaded, framed or sniffed', () => {
    expect(SECURITY_HEADERS).toEqual({
      'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Origin-Agent-Cluster': '?1',
      'Referrer-Policy': 'no-referrer',
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'X-Content-Type-Options': 'nosniff',
      'X-DNS-Prefetch-Control': 'off',
      'X-Download-Options': 'noopen',
      'X-Frame-Options': 'SAMEORIGIN',
      'X-Permitted-Cross-Domain-Policies': 'none',
      'X-XSS-Protection': '0',
    });
    expect(NO_STORE_HEADERS).toEqual({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
  });
});

/** Lasting outage: a file that cannot be opened at one moment, because there are too many open, can be at the next. */
it('given a door that could not be loaded, when it is asked again, then it is loaded again, and once', async () => {
  let loads = 0;
  const door = Router();
  methods(door, '/things', { GET: (_request, response) => void response.json({}) });
  const app = givenApp((router) => {
    router.use(
      loadedWhenAsked(async () => {
        loads += 1;
        if (loads === 1) throw new Error('EMFILE');
        return door;
      }),
    );
  });
  const statuses: number[] = [];
  for (let asked = 0; asked < 3; asked += 1) statuses.push((await supertest(app).get('/things')).status);

  expect([statuses, loads]).toEqual([[418, 200, 200], 2]);
});
