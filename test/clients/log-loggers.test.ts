import { once } from 'node:events';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { createLogger as CreateLogger } from '@logdna/logger';
import pino from 'pino';
import winston from 'winston';
import { type GivenIngestionKey, givenIngestionKey, keptLines, takenAway } from '../harness/given-ingestion-key.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const load = createRequire(import.meta.url);
const { createLogger }: { createLogger: typeof CreateLogger } = load('@logdna/logger');
const WinstonTransport = load('logdna-winston');
const pinoTransport = load('pino-logdna');

/** What is told to whoever listens to a logger. */
interface LoggerError extends Error {
  readonly meta: { readonly code?: number; readonly retrying?: boolean };
}

/** Of a logger in the structure of agents. */
interface AgentLogger {
  agentLog(line: object): void;
}

/** Each logger, unmodified: its lines are kept; its key is taken away; it says that it was refused. */
describeOnEveryBackend('the loggers of LogDNA', (service) => {
  const urlOf = () => `${service().publicUrl}/logs/ingest`;
  const OPTIONS = { app: 'shop', env: 'test', hostname: 'web-1', tags: ['a', 'b'], flushIntervalMs: 5 };
  const textsOf = async ({ instanceId }: GivenIngestionKey) =>
    (await keptLines(service(), instanceId)).map(({ text }) => text);
  const loggers: { removeAllListeners(): unknown }[] = [];
  afterEach(() => {
    for (const logger of loggers.splice(0)) logger.removeAllListeners();
  });
  const refusalOf = async (emitter: NodeJS.EventEmitter): Promise<LoggerError> => {
    // Safe: all that these loggers emit as an error has this form.
    const [error] = (await once(emitter, 'error')) as [LoggerError];
    return error;
  };

  describe('@logdna/logger', () => {
    it.each([
      ['by default', {}],
      ['with indexed meta', { indexMeta: true }],
    ])(
      'given an ingestion key, when it logs %s, then the line is kept; when the key goes, then it says 403',
      async (_how, more) => {
        const given = await givenIngestionKey(service());
        const logger = createLogger(given.key, { ...OPTIONS, ...more, url: urlOf() });
        loggers.push(logger);

        logger.info?.('hello', { meta: { order: 7 } });
        await once(logger, 'cleared');

        const [kept] = await keptLines(service(), given.instanceId);
        const meta = 'indexMeta' in more ? { order: 7 } : '{"order":7}';
        expect(kept).toMatchObject({ text: 'hello', app: 'shop', host: 'web-1', level: 'INFO', meta });
        expect(kept?.['labels']).toEqual({ env: 'test', tags: ['a', 'b'] });

        await takenAway(service(), given.keyId);
        logger.info?.('refused');
        const refusal = await refusalOf(logger);

        expect(refusal.meta).toMatchObject({ code: 403, retrying: false });
        expect(await textsOf(given)).toEqual(['hello']);
      },
    );

    it('given an ingestion key, when it logs as an agent, compressed, then the line is kept', async () => {
      const given = await givenIngestionKey(service());
      const agent = { payloadStructure: 'agent', compress: true } as const;
      const logger = createLogger(given.key, { ...OPTIONS, ...agent, url: `${service().publicUrl}/logs/agent` });
      loggers.push(logger);

      // Safe: it has this method; its types leave it out.
      (logger as unknown as AgentLogger).agentLog({ line: 'from a file', f: '/var/log/a.log' });
      await once(logger, 'cleared');

      expect(await keptLines(service(), given.instanceId)).toMatchObject([
        { text: 'from a file', labels: { f: '/var/log/a.log' }, timestamp: expect.any(Number) },
      ]);
    });
  });

  describe('logdna-winston', () => {
    it('given an ingestion key, when it logs, then the line is kept; when the key goes, then it says 403', async () => {
      const given = await givenIngestionKey(service());
      const transport = new WinstonTransport({ ...OPTIONS, key: given.key, url: urlOf(), indexMeta: true });
      const logger = winston.createLogger({ level: 'info', transports: [transport] });
      loggers.push(transport.logger);

      logger.warn('from winston', { order: 7 });
      await once(transport.logger, 'cleared');

      expect(await keptLines(service(), given.instanceId)).toMatchObject([
        { text: 'from winston', level: 'WARN', meta: { order: 7 } },
      ]);

      await takenAway(service(), given.keyId);
      const refused = refusalOf(transport.logger);
      logger.info('refused');

      expect((await refused).meta).toMatchObject({ code: 403, retrying: false });
      expect(await textsOf(given)).toEqual(['from winston']);
      logger.close();
    });
  });

  describe('pino-logdna', () => {
    it('given an ingestion key, when it logs, then the line is kept; when the key goes, then it says 403', async () => {
      const given = await givenIngestionKey(service());
      let onError: (error: LoggerError) => void = () => {};
      const stream = pinoTransport({
        ...OPTIONS,
        ...{ key: given.key, url: urlOf(), indexMeta: true },
        onError: (error: LoggerError) => onError(error),
      });
      const logger = pino({ name: 'pino-shop' }, stream);

      logger.error({ order: 7 }, 'from pino');
      const deadline = performance.now() + 5_000;
      while ((await textsOf(given)).length === 0 && performance.now() < deadline) await new Promise(setImmediate);

      expect(await keptLines(service(), given.instanceId)).toMatchObject([
        { text: 'from pino', app: 'pino-shop', level: 'ERROR', meta: { order: 7 } },
      ]);

      await takenAway(service(), given.keyId);
      const refused = new Promise<LoggerError>((resolve) => {
        onError = resolve;
      });
      logger.info('refused');

      expect((await refused).meta).toMatchObject({ code: 403, retrying: false });
      expect(await textsOf(given)).toEqual(['from pino']);
    });
  });
});
