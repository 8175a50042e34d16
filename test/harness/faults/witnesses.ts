import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call } from '../http-call.ts';
import type { ServiceProcess } from '../service-process.ts';
import { type PinnedConnection, pinnedConnection } from './pinned-connection.ts';
import { answeringProcesses, holderOf } from './worker-processes.ts';

/** One process that answers requests, asked directly: of a node with workers, one of these. */
export interface Witness {
  readonly name: string;
  /** Which node it belongs to, from 0. */
  readonly node: number;
  readonly pid: number;
  readonly call: Call;
}

/** What a witness makes of a token: `unknown` is 503 or no answer at all, which is neither yes nor no. */
export type Verdict = 'accepted' | 'refused' | 'unknown';

/** @returns a service of one process as a witness */
export function nodeWitness(service: ServiceProcess, node: number): Witness {
  return { name: `node ${node}`, node, pid: service.pid, call: service.call };
}

const LONGEST_SEARCH = 400;
const WORKERS_START_MILLISECONDS = 20_000;

/**
 * Opens connections until each worker of a service has taken some; a connection stays with the process that took it.
 * @throws Error when a worker takes none
 */
export async function workerWitnesses(
  service: ServiceProcess,
  node: number,
  { workers, connections = 6 }: { readonly workers: number; readonly connections?: number },
): Promise<{ readonly witnesses: readonly Witness[]; close(): void }> {
  if (workers === 1) return { witnesses: [nodeWitness(service, node)], close: () => undefined };
  const pids = await workersOf(service, workers);
  const taken = new Map(pids.map((pid) => [pid, [] as PinnedConnection[]]));
  for (let attempt = 0; attempt < LONGEST_SEARCH; attempt += 1) {
    if ([...taken.values()].every(({ length }) => length >= connections)) break;
    const connection = await pinnedConnection(service.url);
    const pid = await holderOf(connection, pids);
    const own = pid === undefined ? undefined : taken.get(pid);
    if (own === undefined) connection.close();
    else own.push(connection);
  }
  const witnesses = [...taken].map(([pid, own]) => {
    if (own.length === 0) throw new Error(`worker ${pid} of node ${node} took none of ${LONGEST_SEARCH} connections`);
    return { name: `node ${node}, worker ${pid}`, node, pid, call: inTurns(own) };
  });
  return { witnesses, close: () => [...taken.values()].flat().forEach((connection) => void connection.close()) };
}

async function workersOf({ pid }: ServiceProcess, workers: number): Promise<readonly number[]> {
  const deadline = Date.now() + WORKERS_START_MILLISECONDS;
  for (;;) {
    const pids = await answeringProcesses(pid);
    if (pids.length === workers) return pids;
    if (Date.now() > deadline) throw new Error(`${pids.length} processes instead of ${workers} workers`);
    await pause(50);
  }
}

function inTurns(connections: readonly PinnedConnection[]): Call {
  let turn = 0;
  return (...asked) => {
    turn = (turn + 1) % connections.length;
    const connection = connections[turn];
    if (connection === undefined) throw new Error('there is no connection');
    return connection.call(...asked);
  };
}

/** Asks one witness about one token, by introspection or at an API that wants a bearer. */
export async function verdictOf({ call }: Witness, token: string, way: 'introspect' | 'bearer'): Promise<Verdict> {
  const answer = await answerOrNone(() =>
    way === 'introspect'
      ? call('POST', '/identity/introspect', { form: { token } })
      : call('GET', '/identity/userinfo', { token }),
  );
  if (answer === undefined || answer.status === 503) return 'unknown';
  if (way === 'introspect' && answer.status === 200) return answer.body.active === true ? 'accepted' : 'refused';
  if (way === 'bearer' && answer.status === 200) return 'accepted';
  if (way === 'bearer' && answer.status === 401) return 'refused';
  throw new Error(`a token was asked about and the answer is ${answer.status}: ${answer.text}`);
}

/** @returns `undefined` when there is no whole answer: the connection was refused or broke */
export async function answerOrNone(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isBroken(error)) return undefined;
    throw error;
  }
}

/** What a broken connection is reported as: by `fetch` a TypeError (by name: jest has another class of it), else a code. */
function isBroken(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET'].includes(String(error.code)))
    return true;
  return 'name' in error && error.name === 'TypeError';
}
