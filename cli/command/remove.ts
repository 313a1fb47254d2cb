import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

export async function removeCommand({ client }: Surroundings, name: string): Promise<Answer> {
  await new TunnelStore(client).remove(name);
  return { json: { removed: name }, lines: [`Removed "${name}" and its keys. Its registration stays.`] };
}
