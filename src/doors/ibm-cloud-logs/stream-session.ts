import type { OpenWebSocket, WebSocketEvents } from '../../http/accept-web-socket.ts';
import type { BodyBudget } from '../../http/read-inflated-body.ts';
import type { AcceptLines } from '../../ingestion/accept-lines.ts';
import type { Sender } from '../../ingestion/prove-sender.ts';
import type { SenderWatch } from '../../ingestion/watch-senders.ts';
import { Problem } from '../../problems/problem.ts';
import { Overloaded, RequestMalformed } from '../../problems/request-problems.ts';
import { CLOSE_CODES, closeCodeOf } from './logs-problems.ts';
import { readAll, readFrame } from './read-entries.ts';
import { SOURCE } from './send-routes.ts';

/** What one stream stands on. */
export interface StreamSessionParts {
  readonly webSocket: OpenWebSocket;
  readonly sender: Sender;
  readonly accept: AcceptLines;
  readonly watch: SenderWatch;
  /** For the frames of all streams that wait to be acknowledged. */
  readonly budget: BodyBudget;
  /** Told of what is no problem, but a defect. */
  readonly onDefect: (failure: unknown) => void;
}

/** What became of a frame: what its client is told, or why it was not taken. */
type Outcome = { readonly acknowledgement: string } | { readonly failure: unknown };

/** Frames are read one after the other, and become durable together: `Promise` would flatten one in the other. */
interface Taken {
  readonly outcome: Promise<Outcome>;
}

/** So many frames may wait to be acknowledged; with more, nothing is read. */
const MAXIMUM_UNACKNOWLEDGED = 8;
/** Of a close frame's reason, bytes (RFC 6455, section 5.5). */
const LONGEST_REASON_BYTES = 123;

/**
 * One stream: each frame is acknowledged when its lines are durable, in the order in which they came. Who may not send any more is
 * cut off at the next look of the watch or with the next frame, whichever comes first.
 */
export function streamSession(parts: StreamSessionParts): WebSocketEvents {
  const { webSocket, sender, watch, budget, onDefect } = parts;
  const progress = { frames: 0, unacknowledged: 0, paused: false, ended: false, stopping: false };
  const take = frameTaker(parts);
  let reading: Promise<unknown> = Promise.resolve();
  let acknowledging: Promise<void> = Promise.resolve();

  const end = (failure: unknown): void => {
    if (progress.ended) return;
    progress.ended = true;
    unwatch();
    const problem = failure instanceof Problem ? failure : undefined;
    if (problem === undefined) onDefect(failure);
    webSocket.close(closeCodeOf(problem?.code ?? 'internal_error'), reasonOf(problem));
  };
  const unwatch = watch.watch(sender, end);

  const pace = (): void => {
    const mustPause = progress.stopping || progress.unacknowledged >= MAXIMUM_UNACKNOWLEDGED;
    if (mustPause === progress.paused || progress.ended) return;
    progress.paused = mustPause;
    if (mustPause) webSocket.pause();
    else webSocket.resume();
  };
  const settle = async (taken: Promise<Taken>, bytes: number): Promise<void> => {
    const outcome = await (await taken).outcome;
    if ('failure' in outcome) end(outcome.failure);
    // Until its client takes that, the frame counts: one that reads no answers is not read from either.
    else if (!progress.ended) await webSocket.send(outcome.acknowledgement);
    progress.unacknowledged -= 1;
    budget.give(bytes);
    pace();
  };

  return {
    onText(message) {
      if (progress.ended || progress.stopping) return;
      if (!budget.take(message.length)) {
        end(new Overloaded('There is too much to do. Connect again.'));
        return;
      }
      progress.unacknowledged += 1;
      progress.frames += 1;
      pace();
      const { frames: number } = progress;
      const taken = reading.then(() => take(message, number));
      reading = taken;
      acknowledging = acknowledging.then(() => settle(taken, message.length));
    },
    onBinary: () => end(new RequestMalformed('Frames must be text.')),
    onStopping() {
      progress.stopping = true;
      pace();
      // What was read is acknowledged first, or it would be sent again.
      void acknowledging.then(() => {
        progress.ended = true;
        webSocket.close(CLOSE_CODES.stopping, 'The service is stopping. Connect again.');
      });
    },
    onClosed() {
      progress.ended = true;
      unwatch();
    },
  };
}

/** @returns what reads a frame and gives it to the spool; after one that was not taken, it takes no other */
function frameTaker({ sender, accept }: StreamSessionParts): (message: Buffer, number: number) => Promise<Taken> {
  let failed: Outcome | undefined;
  return async (message, number) => {
    if (failed !== undefined) return { outcome: Promise.resolve(failed) };
    try {
      const { id, entries: sent } = readFrame(message);
      const { entries, dropped } = readAll(sent);
      await sender.requireStill();
      const acknowledgement = JSON.stringify({ ack: id ?? number, accepted: entries.length, dropped });
      const durable = accept(sender.place, entries, SOURCE);
      return {
        outcome: durable.then(
          () => ({ acknowledgement }),
          (failure) => ({ failure }),
        ),
      };
    } catch (failure) {
      failed = { failure };
      return { outcome: Promise.resolve(failed) };
    }
  };
}

function reasonOf(problem: Problem | undefined): string {
  const reason = problem?.message ?? 'An internal error occurred.';
  return Buffer.byteLength(reason) > LONGEST_REASON_BYTES ? reason.slice(0, LONGEST_REASON_BYTES / 3) : reason;
}
