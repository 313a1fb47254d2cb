import process from 'node:process';
import type { DestinationStream } from 'pino';

/**
 * Lines as they come, those of one turn of the event loop in one write: under load a write for each line is a good part
 * of what a request costs. However the process ends by itself, what was written before is written.
 */
export function inTurns(destination: DestinationStream): DestinationStream {
  let lines = '';
  const flush = (): void => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    destination.write(text);
  };
  process.on('exit', flush);
  return {
    write: (line) => {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
