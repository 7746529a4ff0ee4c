/** A job's control that tells those far away about itself. */
import { jobControl } from '@portolan/core/base';
import type { Control } from '@portolan/core/base';

export type ControlAction = 'pause' | 'resume' | 'stop';

export interface RemoteControl extends Control {
  pause(): void;
  resume(): void;
  stop(): void;
  /** @returns a function that ends the subscription */
  onAction(listener: (action: ControlAction) => void): () => void;
}

export function remoteControl(): RemoteControl {
  const control = jobControl();
  const listeners = new Set<(action: ControlAction) => void>();
  const tell = (action: ControlAction): void => {
    control[action]();
    for (const listener of listeners) listener(action);
  };
  return {
    get stopped() {
      return control.stopped;
    },
    get paused() {
      return control.paused;
    },
    whileRunning: () => control.whileRunning(),
    pause: () => tell('pause'),
    resume: () => tell('resume'),
    stop: () => tell('stop'),
    onAction(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const POLL = 100;

/** Sends on what a control says: at once from a RemoteControl, from any other by looking ten times a second. */
export function watchControl(control: Control | undefined, send: (action: ControlAction) => void): () => void {
  if (!control) return () => undefined;
  if (control.stopped) send('stop');
  else if (control.paused) send('pause');
  if ('onAction' in control) return (control as RemoteControl).onAction(send);
  let { paused, stopped } = control;
  const timer = setInterval(() => {
    if (control.stopped && !stopped) send('stop');
    else if (control.paused !== paused) send(control.paused ? 'pause' : 'resume');
    ({ paused, stopped } = control);
  }, POLL);
  return () => clearInterval(timer);
}
