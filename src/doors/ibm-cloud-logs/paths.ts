/** Where entries are posted: with the instance in the host's name, or in the path. */
export const SEND_PATHS = {
  singles: '/logs/v1/singles',
  bulk: '/logs/v1/bulk',
  singlesOfInstance: '/instances/:guid/logs/v1/singles',
  bulkOfInstance: '/instances/:guid/logs/v1/bulk',
} as const;

/** Where they are streamed. */
export const STREAM_PATHS = {
  stream: '/logs/v1/stream',
  streamOfInstance: '/instances/:guid/logs/v1/stream',
} as const;
