import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that answers one question at a time, so that its CPU is never counted as somebody else's. */
export interface Child<Question extends object, Answer> {
  ask(question: Question): Promise<Answer>;
  end(): void;
}

/** Starts the script of this name beside this file. */
export function childOf<Question extends object, Answer>(name: string): Child<Question, Answer> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), { env: { ...process.env, NODE_OPTIONS: '' } });
  return {
    async ask(question) {
      const ended = new AbortController();
      const gone = once(child, 'exit', { signal: ended.signal }).then(() => {
        throw new Error(`${name} ended without an answer`);
      });
      child.send(question);
      try {
        const [answer] = await Promise.race([once(child, 'message', { signal: ended.signal }), gone]);
        // The script of this name answers nothing else; both are written as one.
        return answer as Answer;
      } finally {
        gone.catch(() => {});
        ended.abort();
      }
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}

/** In the child: answers every question with what `answer` returns. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    // The parent asks through `childOf` of the same types.
    void answer(question as Question).then((answered) => process.send?.(answered));
  });
}
