import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { TunnelEvent } from '../core/tunnel-event.ts';
import { initialState, step } from '../core/tunnel-machine.ts';
import type { TunnelEffect } from '../core/tunnel-effect.ts';
import type { TunnelState } from '../core/tunnel-state.ts';

interface TunnelOptions {
  readonly surroundings: Surroundings;
  readonly start: (effect: TunnelEffect) => void;
}

/** Where the tunnel machine's state lives: events go in, effects are started, whoever listens hears of the change. */
export class Tunnel {
  readonly #startEffect: (effect: TunnelEffect) => void;
  readonly #listeners = new Set<(state: TunnelState, before: TunnelState) => void>();
  #state: TunnelState;
  #isShutDown = false;

  constructor({ surroundings, start }: TunnelOptions) {
    this.#startEffect = start;
    this.#state = initialState(surroundings);
  }

  get state(): TunnelState {
    return this.#state;
  }

  dispatch(event: TunnelEvent): void {
    if (this.#isShutDown) return;
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    // Effects first: whoever listens can wait, an open firewall cannot.
    for (const effect of effects) this.#startEffect(effect);
    if (state === before) return;
    for (const listener of this.#listeners) listener(state, before);
  }

  onChange(listener: (state: TunnelState, before: TunnelState) => void): void {
    this.#listeners.add(listener);
  }

  /** True when the state became so within the time, or is so. */
  async until(isThere: (state: TunnelState) => boolean, withinMilliseconds: number): Promise<boolean> {
    if (isThere(this.#state)) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const listener = (state: TunnelState): void => {
      if (isThere(state)) resolve(true);
    };
    this.#listeners.add(listener);
    const timer = setTimeout(() => resolve(false), withinMilliseconds);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  /** Nothing moves any more. */
  shutDown(): void {
    this.#isShutDown = true;
  }
}

/** The registration that the running tunnel, or the one on its way, rests on. */
export function activeRegistration(state: TunnelState): VerifiedRegistration | null {
  if (state.kind === 'connecting' || state.kind === 'connected') return state.request.registration;
  if (state.kind === 'disconnecting' && state.then.kind === 'connecting')
    return state.then.request.registration;
  return null;
}

/** Who has the tunnel, or the protection without one; undefined: nobody. null: unknown, so the administrator's. */
export function ownerOf(state: TunnelState): number | null | undefined {
  switch (state.kind) {
    case 'disconnected':
      return undefined;
    case 'connecting':
    case 'connected':
      return state.request.owner;
    case 'blocked':
      return state.target.owner;
    case 'disconnecting':
      if (state.then.kind === 'connecting') return state.then.request.owner;
      if (state.then.kind === 'blocked') return state.then.target.owner;
      return state.from.kind === 'protected' ? state.from.owner : undefined;
    default:
      return state satisfies never;
  }
}
