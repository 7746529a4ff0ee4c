/**
 * A job's events as Server-Sent Events. The reader pulls: what happens while it is slow is caught up from the job's
 * log, which keeps only what still matters, so nothing queues up for it.
 */
import { encodeMessage } from '@portolan/core/workbench';
import type { JobEvent, JobState, Jobs } from '@portolan/core/workbench';

const HEARTBEAT = 15_000;
/** Between two reports; faster ones only make work for the page. */
const MIN_INTERVAL = 50;
const RUNNING: readonly JobState[] = ['running', 'paused'];

/** @param after  the number of the last event that the reader has seen */
export function eventStream(jobs: Jobs, id: string, after: number): ReadableStream<Uint8Array> {
  let seen = after;
  let wake: (() => void) | undefined;
  let closed = false;
  const unsubscribe = jobs.subscribe(id, () => wake?.());

  /** Resolves at the next event, or when it is time for a sign of life. */
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, HEARTBEAT);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const end = (controller: ReadableStreamDefaultController): void => {
    closed = true;
    unsubscribe();
    controller.close();
  };

  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(new TextEncoder().encode('retry: 1000\n\n')),
      async pull(controller) {
        let events = pending(jobs, id, seen);
        if (events.length === 0) {
          if (!isOpen(jobs, id)) return end(controller);
          await change();
          events = pending(jobs, id, seen);
        }
        if (closed) return;
        controller.enqueue(
          new TextEncoder().encode(events.length === 0 ? ': still here\n\n' : events.map(frame).join('')),
        );
        const last = events.at(-1);
        if (!last) return;
        seen = last.number;
        if (last.type === 'state' && !RUNNING.includes(last.state)) {
          end(controller);
        } else {
          await new Promise((resolve) => setTimeout(resolve, MIN_INTERVAL));
        }
      },
      cancel() {
        closed = true;
        unsubscribe();
        wake?.();
      },
    },
    { highWaterMark: 1 },
  );
}

/** A job that has been forgotten has ended. */
function isOpen(jobs: Jobs, id: string): boolean {
  return jobs.list().some((job) => job.id === id && RUNNING.includes(job.state));
}

function pending(jobs: Jobs, id: string, after: number): JobEvent[] {
  return jobs.list().some((job) => job.id === id) ? jobs.events(id, after) : [];
}

function frame(event: JobEvent): string {
  return `id: ${event.number}\nevent: ${event.type}\ndata: ${Buffer.from(encodeMessage(event)).toString('base64')}\n\n`;
}
