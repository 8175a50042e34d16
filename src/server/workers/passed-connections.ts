import type { SendHandle, Serializable } from 'node:child_process';
import type { Worker } from 'node:cluster';
import { isRecord } from './worker-messages.ts';

type Send = (
  message: Serializable,
  handle?: SendHandle,
  options?: undefined,
  callback?: (failure: Error | null) => void,
) => boolean;

/** A connection on its way, with the message that goes with it. */
interface Passed {
  readonly message: Serializable;
  readonly handle: SendHandle;
}

/** Sees to it that no connection is forgotten on its way to a worker. */
export interface PassedConnections {
  /** To be called for each worker when its process is made. */
  keep(worker: Worker): void;
}

/**
 * Gives the connections that a worker had not taken when it ended to another one. Node.js forgets them: their clients would
 * wait for nobody until their own patience ends. A worker says that it takes a connection before it reads any of it, so
 * one without that answer is as it came; its message names no worker, and its answer is taken from any.
 */
export function passedConnections(): PassedConnections {
  const listening = new Set<Worker>();

  const passOn = ({ message, handle }: Passed): void => {
    const [next] = listening;
    if (next !== undefined) next.process.send(message, handle);
    // Better an end at once than a connection that nobody serves. What is passed is a bare handle, which can be closed.
    else if (handle !== undefined && 'close' in handle && typeof handle.close === 'function') handle.close();
  };

  return {
    keep(worker) {
      const child = worker.process;
      const open = new Map<unknown, Passed>();
      // Safe: these are the parameters of the one form of `send` that has them all.
      const send = child.send.bind(child) as Send;
      const remembering: Send = (message, handle, options, callback) => {
        if (!isRecord(message) || message['act'] !== 'newconn') return send(message, handle, options, callback);
        const number = message['seq'];
        open.set(number, { message, handle });
        return send(message, handle, options, (failure) => {
          callback?.(failure);
          // Never to the same again, whose death may not be known for many more attempts.
          if (failure === null || !open.delete(number)) return;
          listening.delete(worker);
          passOn({ message, handle });
        });
      };
      // Safe: every form of `send` is passed through.
      child.send = remembering as typeof child.send;
      child.on('internalMessage', (message: unknown) => {
        if (isRecord(message)) open.delete(message['ack']);
      });
      worker.once('listening', () => listening.add(worker));
      // After its last message has been read.
      child.once('close', () => {
        listening.delete(worker);
        // Where an end was noticed before the silence, Node.js would go on to pass connections to it.
        worker.disconnect();
        for (const passed of open.values()) passOn(passed);
      });
    },
  };
}
