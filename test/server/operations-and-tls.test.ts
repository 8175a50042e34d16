import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';
import { selfSigned } from '../http/self-signed-certificate.ts';

const processes = serviceProcesses();
afterAll(processes.removeAll);

describe('the operations listener', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await processes.start();
  });

  it('when it is asked whether it lives and is ready, then both are 200', async () => {
    expect(await service.operations('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await service.operations('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('when metrics are asked for, then exchanges are counted there, and no key is in them', async () => {
    const apikey = await service.adminKey();
    await service.tokenOf(apikey);

    const { status, text } = await service.operations('GET', '/metrics');

    expect(status).toBe(200);
    expect(text).toMatch(/^latchkey_\w+/m);
    expect(text).not.toContain(apikey);
  });

  it('when the description is asked for, then it is OpenAPI 3.1 of where the service listens', async () => {
    const { body } = await service.operations('GET', '/openapi.json');

    expect(body).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./), servers: [{ url: service.url }] });
    expect(Object.keys(body.paths)).toContain('/identity/token');
  });

  /** Metrics and documents tell an attacker what runs here (ASVS 13.4.5). */
  it.each(['/livez', '/readyz', '/metrics', '/openapi.json'])(
    'when the public listener is asked for %s, then it is not there',
    async (path) => {
      expect((await service.call('GET', path)).status).toBe(404);
    },
  );

  it('when it is asked for anything else, or by another method, then it is 404 or 405', async () => {
    expect((await service.operations('GET', '/identity/keys')).status).toBe(404);
    expect((await service.operations('POST', '/metrics')).status).toBe(405);
  });
});

describe('a service with TLS files', () => {
  it('when they are replaced, then new connections get the new certificate, and an open one goes on', async () => {
    const folder = await processes.folder();
    const [first, second] = [selfSigned('first'), selfSigned('second')];
    const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const place = async ({ cert, key }: typeof first) => {
      // Renamed into place, as certificate tools do it.
      await writeFile(`${files.certificate}.new`, cert);
      await writeFile(`${files.key}.new`, key);
      await rename(`${files.certificate}.new`, files.certificate);
      await rename(`${files.key}.new`, files.key);
    };
    await place(first);
    const service = await processes.start({
      settings: { LATCHKEY_TLS_CERTIFICATE_FILE: files.certificate, LATCHKEY_TLS_KEY_FILE: files.key },
    });
    const port = Number(new URL(service.url).port);
    const open = await tlsConnection(port);
    expect(service.url).toMatch(/^https:/);
    expect(open.name()).toBe('first');

    await place(second);
    await until(async () => {
      const fresh = await tlsConnection(port);
      fresh.close();
      return fresh.name() === 'second';
    });

    expect(await open.ask()).toMatch(/^HTTP\/1\.1 200 OK/);
    open.close();
    expect(await service.stop()).toMatchObject({ exitCode: 0 });
  });

  it('when the key is not that of the certificate, then it does not start', async () => {
    const folder = await processes.folder();
    const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    await writeFile(certificate, selfSigned('one').cert);
    await writeFile(key, selfSigned('other').key);

    const settings = { LATCHKEY_TLS_CERTIFICATE_FILE: certificate, LATCHKEY_TLS_KEY_FILE: key };
    const { exitCode, stderr } = await processes.begin({ dataFolder: join(folder, 'data'), settings }).ended;

    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

async function tlsConnection(port: number) {
  // The certificate is the test's own, so nobody vouches for it.
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const subject = socket.getPeerCertificate().subject.CN;
  return {
    name: () => subject,
    close: () => void socket.destroy(),
    ask: () =>
      new Promise<string>((resolve) => {
        socket.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
        socket.write('GET /identity/keys HTTP/1.1\r\nHost: localhost\r\n\r\n');
      }),
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to hold in 10 seconds');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
