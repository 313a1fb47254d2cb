import type * as fs from 'node:fs/promises';

/**
 * Cuts the power at a chosen change of the disk: before it, after it, or half way through writing a file's content.
 * From then on nothing changes any more until the power is back.
 */
export const power = {
  /** undefined: it stays on. Counts down with every change. */
  changesLeft: undefined as number | undefined,
  isOff: false,
  on(): void {
    power.isOff = false;
    power.changesLeft = undefined;
  },
  /** After that many changes more. */
  cutAfter(changes: number): void {
    power.isOff = false;
    power.changesLeft = changes;
  },
};

export class PowerCut extends Error {
  readonly code = 'EIO';
}

/** Whether this change still happens; throws where it does not. */
function change(): void {
  if (!power.isOff && power.changesLeft !== undefined) {
    if (power.changesLeft === 0) power.isOff = true;
    else power.changesLeft -= 1;
  }
  if (power.isOff) throw new PowerCut('the power is off');
}

/** node:fs/promises on a disk whose power can be cut. */
export function onPower(real: typeof fs): typeof fs {
  return {
    ...real,
    rename: async (from, to) => {
      change();
      await real.rename(from, to);
    },
    rm: async (path, options) => {
      change();
      await real.rm(path, options);
    },
    open: async (path, flags, mode) => {
      const isNew = typeof flags === 'string' && flags.startsWith('w');
      if (!isNew) return await real.open(path, flags, mode);
      change();
      const file = await real.open(path, flags, mode);
      const write = file.writeFile.bind(file);
      file.writeFile = async (content, options) => {
        try {
          change();
        } catch (cause) {
          // Half of it is on the disk.
          const whole = content as string | Uint8Array;
          await write(whole.slice(0, whole.length / 2), options);
          throw cause;
        }
        await write(content, options);
      };
      return file;
    },
  };
}
