import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, newConnection } from './connection.ts';

/** A node of the race: one address, and the processes behind it. */
export interface RaceNode {
  readonly url: string;
  readonly workers: number;
  /** Everything that it has logged, at level `debug`. */
  output(): string;
}

/** The way to one worker: its own connection. */
export interface Lane {
  /** Counted from 1. */
  readonly node: number;
  /** Counted from 1. */
  readonly worker: number;
  readonly connection: Connection;
}

/** Connections to a node go to its workers in turn; other clients may come between. */
const TRIES_PER_WORKER = 20;
const LOGGED_MILLISECONDS = 5_000;

/**
 * Opens connections to a node until each of its workers has taken one. Nothing in an answer tells them apart, and nothing
 * should: each logs what it answered with its process id, so a request that nobody else sends names who took it.
 * @throws Error  some worker took none
 */
export async function findLanes(node: RaceNode, number: number): Promise<readonly Lane[]> {
  const found = new Map<number, { readonly worker: number; readonly connection: Connection }>();
  for (let tries = 0; found.size < node.workers; tries += 1) {
    if (tries >= TRIES_PER_WORKER * node.workers) {
      for (const { connection } of found.values()) connection.close();
      throw new Error(`only ${found.size} of the ${node.workers} workers of node ${number} took a connection`);
    }
    const connection = newConnection(node.url);
    const { pid, worker } = await whoTook(connection, node);
    if (found.has(pid)) connection.close();
    else found.set(pid, { worker, connection });
  }
  return [...found.values()]
    .sort((one, other) => one.worker - other.worker)
    .map(({ connection }, index) => ({ node: number, worker: index + 1, connection }));
}

async function whoTook(connection: Connection, node: RaceNode): Promise<{ pid: number; worker: number }> {
  const path = `/who-took/${randomUUID()}`;
  await connection.send(path);
  const giveUpAt = performance.now() + LOGGED_MILLISECONDS;
  for (;;) {
    const line = lineWith(path, node.output());
    if (line !== undefined) return line;
    if (performance.now() > giveUpAt) throw new Error('a node does not log what it answers');
    await pause(5);
  }
}

function lineWith(path: string, output: string): { pid: number; worker: number } | undefined {
  const at = output.lastIndexOf(path);
  const end = at === -1 ? -1 : output.indexOf('\n', at);
  if (end === -1) return undefined;
  const logged: unknown = JSON.parse(output.slice(output.lastIndexOf('\n', at) + 1, end));
  if (typeof logged !== 'object' || logged === null || !('pid' in logged)) return undefined;
  const pid = Number(logged.pid);
  // A node of one process does not number it.
  return { pid, worker: 'worker' in logged ? Number(logged.worker) : pid };
}
