import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:tls';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../src/http/listener.ts';
import { followTlsFiles, readTlsPair, type TlsFiles, type TlsReload } from '../../src/http/tls-certificate.ts';
import { type SelfSigned, selfSigned } from './self-signed-certificate.ts';
import { opened } from './wire.ts';

describe('TLS from files', () => {
  let folder: string;
  let files: TlsFiles;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-tls-'));
    files = { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** As certificate tools do it: written beside, then moved into place. */
  const givenPair = async ({ cert, key }: Pick<SelfSigned, 'cert' | 'key'>) => {
    for (const [file, text] of [
      [files.certificateFile, cert],
      [files.keyFile, key],
    ] as const) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    }
  };
  const servedName = (port: number) =>
    new Promise<string | string[] | undefined>((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.end();
      }).on('error', reject);
    });

  it('given a pair, when the listener opens, then it serves HTTPS by TLS 1.2 or newer and stops like any other', async () => {
    const pair = selfSigned('first');
    await givenPair(pair);
    const listener = await listen({
      handler: (_request, response) => response.end('ok'),
      host: '127.0.0.1',
      port: 0,
      tls: files,
    });
    const agent = new Agent({ keepAlive: true, ca: pair.cert });

    const status = await new Promise((resolve, reject) => {
      get(listener.url, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode))).on(
        'error',
        reject,
      );
    });
    const old = await new Promise<string>((resolve) => {
      connect({
        port: listener.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1.1',
      })
        .on('error', (failure) => resolve(failure.message))
        .on('secureConnect', () => resolve('connected'));
    });

    expect(listener.url).toMatch(/^https:/);
    expect(status).toBe(200);
    expect(old).not.toBe('connected');
    await listener.stop(400);
    expect(listener.connections()).toBe(0);
    agent.destroy();
  });

  it('given a key of another certificate, when the listener opens, then that is an error', async () => {
    await givenPair({ cert: selfSigned('a').cert, key: selfSigned('b').key });

    await expect(listen({ handler: () => {}, host: '127.0.0.1', port: 0, tls: files })).rejects.toThrow();
  });

  describe('given a server that follows its files', () => {
    let server: Server;
    let port: number;
    let unfollow: () => void;
    let reloads: TlsReload[];
    beforeEach(async () => {
      await givenPair(selfSigned('first'));
      const https = createServer(await readTlsPair(files), (_request, response) => response.end('ok'));
      server = https;
      port = await opened(https);
      reloads = [];
      unfollow = followTlsFiles({ server, files, onReload: (reload) => reloads.push(reload), pollMilliseconds: 20 });
    });
    afterEach(async () => {
      unfollow();
      await new Promise((resolve) => server.close(resolve));
    });
    const untilReload = async (count: number) => {
      while (reloads.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    };

    it('when the pair is replaced, then new connections get it and the open ones stay', async () => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await new Promise((resolve) => socket.once('secureConnect', resolve));

      await givenPair(selfSigned('second'));
      while ((await servedName(port)) !== 'second') await untilReload(1);

      expect(reloads.at(-1)).toEqual({ reloaded: true });
      const answer = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect(await answer).toContain('200 OK');
    });

    it('when the new pair is broken, then the old stays in use, that is reported, and a later good one is taken', async () => {
      await givenPair({ cert: selfSigned('broken').cert, key: 'no key' });
      await untilReload(1);

      expect(reloads.at(-1)).toMatchObject({ reloaded: false });
      expect(await servedName(port)).toBe('first');

      await givenPair(selfSigned('third'));
      while ((await servedName(port)) !== 'third') await untilReload(2);
    });
  });
});
