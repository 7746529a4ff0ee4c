/**
 * Latest wins: work for a moving target. One request is under way, at most one waits, and a newer one takes the
 * waiting one's place. So answers come in the order asked, and work never piles up behind a pointer.
 */
export interface Latest<Q> {
  ask(question: Q): void;
  /** forgets what waits, and the answer of what is under way */
  drop(): void;
}

export function latest<Q, A>(
  work: (question: Q) => Promise<A>,
  onAnswer: (answer: A, question: Q) => void,
  onError: (error: unknown) => void = () => {},
): Latest<Q> {
  let busy = false;
  let generation = 0;
  let waiting: { question: Q } | null = null;

  async function next(question: Q): Promise<void> {
    busy = true;
    const mine = generation;
    try {
      const answer = await work(question);
      if (mine === generation) onAnswer(answer, question);
    } catch (error) {
      if (mine === generation) onError(error);
    }
    busy = false;
    if (waiting) {
      const { question } = waiting;
      waiting = null;
      void next(question);
    }
  }

  return {
    ask(question) {
      if (busy) waiting = { question };
      else void next(question);
    },
    drop() {
      generation++;
      waiting = null;
    },
  };
}
