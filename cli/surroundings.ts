import type { ProfileSource } from '#client/application/profile-for.ts';
import type { ClientContext } from '#client/client-context.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Everything a command touches: the machine's in index.ts, a test's in tests. */
export interface Surroundings {
  readonly uid: number;
  readonly client: ClientContext;
  readonly terminal: Terminal;
  readonly system: SystemPaths;
  /** The process's, where a command looks for the language: none where there is none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where authorities' rules come from; those of the system where none is given. */
  readonly profiles?: ProfileSource;
  /** What to do at Ctrl-C instead of ending at once. Returns how to take it back. */
  readonly onInterrupt: (handler: () => void) => () => void;
}

/** What the administrator's commands write and read. */
export interface SystemPaths {
  readonly userDirectory: string;
  readonly relayDirectory: string;
  readonly anchorDirectory: string;
  readonly policyDirectory: string;
  /** Makes the users' folders again after a reboot; left alone where it does not exist. */
  readonly tmpfilesDirectory: string;
  readonly passwd: string;
  readonly group: string;
}
