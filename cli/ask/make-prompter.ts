import type { Prompter, PrompterOptions } from './prompter.ts';

/** The prompt library where somebody sits at a terminal, plain lines elsewhere. */
export async function makePrompter(options: PrompterOptions): Promise<Prompter> {
  const { terminal } = options.surroundings;
  const isTerminal = terminal.isInteractive && 'isTTY' in terminal.stdin && terminal.stdin.isTTY === true;
  if (isTerminal) {
    // Loaded when somebody is asked.
    const { TerminalPrompter } = await import('./terminal-prompter.ts');
    return new TerminalPrompter(options);
  }
  const { LinePrompter } = await import('./line-prompter.ts');
  return new LinePrompter(options);
}
