import { describe, expect, it } from 'vitest';
import { withDaemon } from '#client/client-context.ts';
import { declare } from '#client/registration/declare.ts';
import { follow } from '#client/registration/follow.ts';
import { connect } from '#client/tunnel/connect.ts';
import { DAY, NOW } from '#test/shared/registration/issue.ts';
import { acceptAll, connectedOn, ID, useTestClient } from './test-client.ts';

const world = useTestClient();
const decision = {
  ...{ authority: 'pk-pta', profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
  decided_at: NOW - DAY,
};

/** Filed at the portal first and stated; shown to the gateway, too. */
async function statedAndSubmitted(): Promise<string> {
  world.script = acceptAll;
  await world.submitted();
  const { declaration } = await declare(world.context, {
    tunnel: world.tunnel,
    decision,
    text: 'I state it.',
  });
  return declaration.declaration;
}

/** What was shown to the service at connect. */
async function shownAtConnect(): Promise<unknown> {
  world.script = (asked, conversation) => {
    if (asked.method !== 'connect') return acceptAll(asked, conversation);
    conversation.sendStatus(connectedOn(ID));
    return { attempt: 1 };
  };
  await withDaemon(world.context, (daemon) =>
    connect(world.context, daemon, { name: 'office', onProgress: () => undefined }),
  );
  return world.daemon.asked.findLast(({ method }) => method === 'connect')?.parameters['certificate'];
}

const statedAlone = (registration: string) => {
  const state = connectedOn(registration);
  if (state.kind !== 'connected' || state.registration === null) throw new Error('it is connected');
  return { ...state, registration: { ...state.registration, assurance: 'declared' as const } };
};

describe('a tunnel that is stated by its person, with a case at a gateway', () => {
  it('connects with the certificate once the gateway has confirmed it', async () => {
    await statedAndSubmitted();
    const certificate = await world.attest();
    expect(await shownAtConnect()).toBe(certificate);
  });

  it('connects with their own word while it has not, and while the gateway is away', async () => {
    const declaration = await statedAndSubmitted();
    expect(await shownAtConnect()).toBe(declaration);
  });

  it('that runs on their own word gets the certificate, and goes on', async () => {
    await statedAndSubmitted();
    const certificate = await world.attest();
    world.state = statedAlone('3f2504e0-4f89-41d3-9a0c-0305e82c3301');
    const followed = await follow(world.context, await world.stored());
    expect(followed).toMatchObject({ handedTo: 'office', delivery: null });
    const given = world.daemon.asked.findLast(({ method }) => method === 'replaceRegistration');
    expect(given?.parameters['certificate']).toBe(certificate);
  });
});
