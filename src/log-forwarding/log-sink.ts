/** Takes lines over, or throws. What it has taken may be sent to it again after a crash. */
export interface LogSink {
  /**
   * @param lines each a JSON object as text
   * @throws SinkFailure
   */
  send(lines: readonly string[], signal: AbortSignal): Promise<void>;
}

/** The sink has not taken lines. `message` says why in words that hold no secret. */
export class SinkFailure extends Error {
  /** True: it has answered, and it is these lines that it does not take. Others it may. */
  readonly refused: boolean;
  /** True: it takes fewer at once. */
  readonly tooLarge: boolean;
  /** For so long it asked to be left alone; 0 when it did not. */
  readonly pauseMilliseconds: number;

  constructor(
    message: string,
    { refused = false, tooLarge = false, pauseMilliseconds = 0, cause }: SinkFailureDetail = {},
  ) {
    super(message, { cause });
    this.name = 'SinkFailure';
    this.refused = refused;
    this.tooLarge = tooLarge;
    this.pauseMilliseconds = pauseMilliseconds;
  }
}

interface SinkFailureDetail {
  readonly refused?: boolean;
  readonly tooLarge?: boolean;
  readonly pauseMilliseconds?: number;
  readonly cause?: unknown;
}

/** Where lines are posted. */
export interface HttpSinkParts {
  readonly url: string;
  /** A secret. */
  readonly authorization?: string | undefined;
  /** For the whole post. */
  readonly timeoutMilliseconds: number;
}

const LONGEST_PAUSE_MILLISECONDS = 60_000;

/** Posts lines as they are, one below the other (`application/x-ndjson`); every answer 2xx says that they were taken. */
export function httpSink({ url, authorization, timeoutMilliseconds }: HttpSinkParts): LogSink {
  const headers = {
    'Content-Type': 'application/x-ndjson',
    'User-Agent': 'latchkey',
    ...(authorization !== undefined && { Authorization: authorization }),
  };
  return {
    async send(lines, signal) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]);
      // Not followed: the authorization, and the lines, are for this address alone.
      const post = {
        method: 'POST',
        headers,
        body: `${lines.join('\n')}\n`,
        redirect: 'manual',
        signal: bounded,
      } as const;
      let response: Response;
      try {
        response = await fetch(url, post);
        // Read to its end, so that the connection is used again; what it says does not matter.
        await response.body?.pipeTo(new WritableStream());
      } catch (cause) {
        throw new SinkFailure('the sink does not answer', { cause });
      }
      if (response.status < 200 || response.status > 299) throw refusalOf(response);
    },
  };
}

function refusalOf({ status, headers }: Response): SinkFailure {
  const pauseSeconds = Number(headers.get('Retry-After') ?? 0);
  const pauseMilliseconds = Number.isFinite(pauseSeconds)
    ? Math.min(Math.max(0, pauseSeconds * 1_000), LONGEST_PAUSE_MILLISECONDS)
    : 0;
  const passes = [401, 403, 404, 408, 429].includes(status) || status >= 500 || status < 400;
  return new SinkFailure(`the sink answers ${status}`, {
    ...{ refused: !passes, tooLarge: status === 413, pauseMilliseconds },
  });
}

/** Writes lines to a stream of the process, such as its standard output, as fast as that takes them. */
export function streamSink(stream: NodeJS.WritableStream): LogSink {
  return {
    send: (lines, signal) =>
      new Promise((resolve, reject) => {
        // Whoever should read it may have stopped to.
        const giveUp = (): void => reject(new SinkFailure('the stream takes no lines'));
        signal.addEventListener('abort', giveUp, { once: true });
        stream.write(`${lines.join('\n')}\n`, (cause) => {
          // The signal lives as long as the forwarding: it must not hold the lines of every post.
          signal.removeEventListener('abort', giveUp);
          if (cause == null) resolve();
          else reject(new SinkFailure('the stream takes no lines', { cause }));
        });
      }),
  };
}
