import { readFile } from 'node:fs/promises';
import { ApplicationStore } from '#client/application/application-store.ts';
import { coverageOf, readStaff, type CoverageRow } from '#client/application/coverage.ts';
import { interviewOf, keep, lastUnfinished, resumeWork } from '#client/application/work.ts';
import { follow } from '#client/registration/follow.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { isOver } from '#client/registration/stored-registration.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { coverageMessages } from '#shared/text/coverage/index.ts';
import type { Language } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import { bad, faint, good, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { displayWidth, padded } from '../terminal/display-width.ts';
import { applicationContext } from './finish-application.ts';

const MAX_BYTES = 256 * 1024;

/** Who is covered by what: by the unfinished application, or by the newest registration that is not over. */
export async function applicantStaffCommand(
  surroundings: Surroundings,
  { file }: { readonly file: string },
): Promise<Answer> {
  const { client, environment = {} } = surroundings;
  const language = languageFrom(undefined, environment);
  const { staff, unread } = readStaff(await readAll(surroundings, file));
  const context = applicationContext(surroundings, language);
  const unfinished = await lastUnfinished(new ApplicationStore(client));
  const registered = (await new RegistrationStore(client.configDirectory).all()).find(
    ({ view }) => !isOver(view.state),
  );
  const offered = await context.profiles.offered();
  let rows: readonly CoverageRow[] | undefined;
  if (unfinished !== undefined) {
    const work = await resumeWork(context, unfinished.id);
    const application = applicationOf(interviewOf(work));
    await keep(work, { staff: [...staff] });
    if (application !== undefined) rows = coverageOf(work.profile, application, staff);
  }
  const profile = offered.find(({ document }) => document.id === registered?.view.profile.replace(/@.*/, ''));
  if (rows === undefined && registered !== undefined && profile !== undefined) {
    // What was registered lies with the office alone.
    const { registration } = await follow(client, registered, { certificate: 'never' });
    rows = coverageOf(profile, registration.view, staff);
  }
  if (rows === undefined)
    throw cliError('usage', { detail: 'there is nothing yet that they could be covered by' });
  return { json: { staff: rows, unread }, lines: [...rowLines(rows, language), ...unreadLines(unread)] };
}

async function readAll({ terminal }: Surroundings, file: string): Promise<string> {
  if (file !== '-') {
    const content = await readFile(file).catch((cause: unknown) => {
      throw cliError('file_unreadable', { cause });
    });
    return content.subarray(0, MAX_BYTES).toString('utf8');
  }
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString('utf8');
}

function rowLines(rows: readonly CoverageRow[], language: Language): readonly Line[] {
  const names = Math.max(0, ...rows.map(({ name }) => displayWidth(name)));
  const lines = Math.max(0, ...rows.map(({ over }) => displayWidth(over)));
  return rows.map(({ name, over, isCovered, ground }) => {
    const why = say(coverageMessages, language, { message: ground });
    const text = `${padded(name, names)}  ${padded(over, lines)}  ${why}`;
    return isCovered ? good(text) : bad(text);
  });
}

function unreadLines(unread: readonly number[]): readonly Line[] {
  return unread.length === 0
    ? []
    : [faint(`Not read, for want of a name or a line: line ${unread.join(', ')}.`)];
}
