/** Why the workers cannot serve; its message is a sentence for the operator as it stands. */
export class WorkersFailed extends Error {
  override readonly name = 'WorkersFailed';
}
