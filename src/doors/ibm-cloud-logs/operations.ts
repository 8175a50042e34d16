import type { Operation } from '../../http/openapi.ts';
import { SEND_PATHS, STREAM_PATHS } from './paths.ts';
import { BULK, failureAnswers, INSTANCE_PARAMETERS, SINGLES, TAKEN } from './schemas.ts';

const COMMON = {
  tags: ['Cloud Logs'],
  security: ['bearer'],
  requires: { action: 'logs.data-ingress.send' },
} as const;

const TAKEN_ANSWERS = {
  200: { description: 'What was taken is durable; what was not is named.', schema: TAKEN },
  ...failureAnswers(413, 415),
};
const SENDING =
  'Also with `Authorization: ApiKey` and an API key, or an ingestion key of the instance, in place of the token. At most 2 MB, also inflated (gzip).';
const BY_HOST = 'The instance is the first label of the host name: `<guid>.ingress.…`.';
const BY_PATH = { parameters: { path: INSTANCE_PARAMETERS } };

const SINGLES_ROW = { ...COMMON, method: 'POST', body: { schema: SINGLES }, answers: TAKEN_ANSWERS } as const;
const BULK_ROW = { ...COMMON, method: 'POST', body: { schema: BULK }, answers: TAKEN_ANSWERS } as const;

const STREAM_ROW = {
  ...COMMON,
  method: 'GET',
  summary: 'Stream log entries over a web socket',
  answers: { 101: { description: 'Frames are spoken from here on.' }, ...failureAnswers(426) },
} as const;
const STREAMING = [
  'A web socket (RFC 6455) of the subprotocol `logs.v1`; the credential stands in the upgrade request.',
  'A client sends text frames of at most 2 MB: the array of `singles`, or `{"id": n, "entries": […]}`.',
  'Each is answered, once its lines are durable, by `{"ack": n, "accepted": a, "dropped": [{"index", "reason"}]}`; without an id, n counts the frames from 1.',
  'With 8 frames unacknowledged nothing more is read.',
  'It is closed with 4400 after a frame that cannot be read, 4413 after one that is too large, 4401 when the token or key ends, 4403 when the right or the instance does, 1013 when lines cannot be taken at the moment, 1001 when the service stops.',
].join(' ');

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  {
    ...SINGLES_ROW,
    path: SEND_PATHS.singles,
    operationId: 'sendLogs',
    summary: 'Send log entries',
    description: `${BY_HOST} ${SENDING}`,
  },
  {
    ...SINGLES_ROW,
    ...BY_PATH,
    path: SEND_PATHS.singlesOfInstance,
    operationId: 'sendLogsToInstance',
    summary: 'Send log entries to an instance',
    description: SENDING,
  },
  {
    ...BULK_ROW,
    path: SEND_PATHS.bulk,
    operationId: 'sendLogsInBulk',
    summary: 'Send log entries of one application',
    description: `${BY_HOST} ${SENDING}`,
  },
  {
    ...BULK_ROW,
    ...BY_PATH,
    path: SEND_PATHS.bulkOfInstance,
    operationId: 'sendLogsInBulkToInstance',
    summary: 'Send log entries of one application to an instance',
    description: SENDING,
  },
  { ...STREAM_ROW, path: STREAM_PATHS.stream, operationId: 'streamLogs', description: `${BY_HOST} ${STREAMING}` },
  {
    ...STREAM_ROW,
    ...BY_PATH,
    path: STREAM_PATHS.streamOfInstance,
    operationId: 'streamLogsToInstance',
    description: STREAMING,
  },
];
