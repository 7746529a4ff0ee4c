/** A job's control that tells those far away about itself. */
import { jobControl } from '@portolan/core/base';
import type { Control, StepOf } from '@portolan/core/base';

export type ControlAction = 'pause' | 'resume' | 'step' | 'stop';

export interface RemoteControl extends Control {
  pause(): void;
  resume(): void;
  /** a little, while it is paused */
  step(of?: StepOf): void;
  stop(): void;
  /** @returns a function that ends the subscription */
  onAction(listener: (action: ControlAction, of?: StepOf) => void): () => void;
}

export function remoteControl(): RemoteControl {
  const control = jobControl();
  const listeners = new Set<(action: ControlAction, of?: StepOf) => void>();
  const tell = (action: ControlAction, of?: StepOf): void => {
    control[action](of);
    for (const listener of listeners) listener(action, of);
  };
  return {
    get stopped() {
      return control.stopped;
    },
    get paused() {
      return control.paused;
    },
    whileRunning: () => control.whileRunning(),
    takeStep: () => control.takeStep?.(),
    pause: () => tell('pause'),
    resume: () => tell('resume'),
    step: (of) => tell('step', of),
    stop: () => tell('stop'),
    onAction(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const POLL = 100;

/** Sends on what a control says: at once from a RemoteControl, from any other by looking ten times a second. */
export function watchControl(
  control: Control | undefined,
  send: (action: ControlAction, of?: StepOf) => void,
): () => void {
  if (!control) return () => undefined;
  if (control.stopped) send('stop');
  else if (control.paused) send('pause');
  if ('onAction' in control) return (control as RemoteControl).onAction(send);
  let { paused, stopped } = control;
  const timer = setInterval(() => {
    if (control.stopped && !stopped) send('stop');
    else if (control.paused !== paused) send(control.paused ? 'pause' : 'resume');
    for (let of = control.takeStep?.(); of !== undefined; of = control.takeStep?.()) send('step', of);
    ({ paused, stopped } = control);
  }, POLL);
  return () => clearInterval(timer);
}
