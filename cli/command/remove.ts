import { RegistrationStore } from '#client/registration/registration-store.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

export async function removeCommand({ client }: Surroundings, name: string): Promise<Answer> {
  let draftRemoved = false;
  await new TunnelStore(client).remove(name, async () => {
    // Personal, and for this tunnel alone.
    draftRemoved = await new RegistrationStore(client.configDirectory).removeDraft(name);
  });
  const draft = 'A submission for it that no gateway had answered was on this computer, and is removed too.';
  return {
    json: { removed: name, draftRemoved },
    lines: [
      `Removed "${name}" and its keys. Its registration stays.`,
      ...(draftRemoved
        ? [draft, 'If it had arrived all the same, the gateway has it: ask its operator.']
        : []),
    ],
  };
}
